"""No secret is left of a configuration, and each change of one is seen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.configurations.secrets import key_name, mask, tag, without_secrets

KEY = b"k" * 32

# The secret stands between the double angle brackets.
LINES = (
    # Huawei VRP
    "snmp-agent community read cipher «%^%#Hq/aP7 %5x_'k%^%#» mib-view iso acl 2000",
    "snmp-agent community read «Public1» acl 2000",
    "snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname «Trap1» v2c",
    "snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname cipher «%^%#z%^%#»",  # noqa: E501
    "snmp-agent usm-user v3 noc authentication-mode sha2-256 cipher «%^%#a1%^%#»",
    "snmp-agent usm-user v3 noc privacy-mode aes256 cipher «%^%#a2%^%#»",
    " local-user admin password irreversible-cipher «$1a$Xy.z$aa{bb}$»",
    " local-user admin password cipher «N`C55QK<`=/Q=^Q`MAF4<1!!»",
    " local-user admin password simple «hunter2» privilege level 15",
    " set authentication password cipher «$1c$abc$def»",
    "super password level 3 cipher «%$%$u4C%$%$»",
    " ospf authentication-mode md5 1 cipher «%^%#o1%^%#»",
    " ospf authentication-mode md5 1 plain «OspfKey1»",
    " isis authentication-mode hmac-sha256 cipher «Isis2»",
    " peer 10.0.0.2 password cipher «%^%#b1%^%#»",
    " peer 10.0.0.2 password simple «BgpKey1»",
    " ike pre-shared-key cipher «%^%#psk%^%#»",
    " pre-shared-key simple «IkeKey1»",
    " radius-server shared-key cipher «%^%#r1%^%#»",
    " hwtacacs-server shared-key simple «TacKey1»",
    " ntp-service authentication-keyid 1 authentication-mode hmac-sha256 cipher «%^%#n1%^%#»",
    " ppp chap password simple «PppKey1»",
    " tunnel password cipher «%^%#l2tp%^%#»",
    " security wpa2 psk pass-phrase «%^%#w1%^%#» aes",
    " sa string-key inbound esp simple «EspKey1»",
    " vrrp vrid 1 authentication-mode md5 «VrrpKey1»",
    # H3C Comware
    "snmp-agent community write simple «Private1»",
    "snmp-agent community read cipher «$c$3$RnYgRh5h4M7E» acl 2000",
    "snmp-agent usm-user v3 noc g simple authentication-mode md5 «AuthPass1» privacy-mode aes128 «PrivPass1»",  # noqa: E501
    "snmp-agent usm-user v3 noc g cipher authentication-mode sha «$c$3$aa==» privacy-mode aes128 «$c$3$bb==»",  # noqa: E501
    " password hash «$h$6$Bu6cKtTTSNLhfsYj$sIwyNQ==»",
    " password simple «ComwarePw1»",
    " key authentication simple «RadKey1»",
    " key accounting cipher «$c$3$acc==»",
    " primary authentication 10.1.1.1 key simple «RadKey2»",
    " pre-shared-key address 10.1.1.1 255.255.255.0 key simple «IkeKey2»",
    # ZTE, Ruijie, Maipu, Cisco
    "username noc password 7 «0822455D0A16»",
    "username noc password 0 «hunter3» privilege 15",
    "username noc secret 5 «$1$abcd$efghijkl»",
    "username noc privilege 15 secret 9 «$9$2MJBozw/9R3UsU$2lF»",
    "username zte password encrypted «*0A1B2C3D4E*»",
    "enable secret 5 «$1$mERr$hx5rVt7rPNoS4wqbXKX7m0»",
    "enable secret level 15 0 «plainsecret»",
    "enable password «two words»",
    "snmp-server community «NocRead1» ro",
    "snmp-server community 7 «124F163C» view all RO",
    "snmp-server host 10.1.1.1 traps version 2c «TrapRead1»",
    "snmp-server host 10.1.1.1 «TrapRead2» udp-port 162",
    "snmp-server host 10.1.1.1 version 3 priv «trapuser1»",
    "snmp-server user noc g v3 encrypted auth md5 «AA:BB:CC» priv aes 128 «DD:EE:FF»",
    "radius-server host 10.1.1.1 auth-port 1812 acct-port 1813 key 7 «110A1016141D»",
    "radius-server key «RadKey3»",
    "tacacs-server host 10.1.1.1 key 7 «1234567890AB»",
    " key 7 «060506324F41»",
    "crypto isakmp key 0 «IsaKey1» address 10.1.1.1",
    "ntp authentication-key 1 md5 «NtpKey1» 7",
    " ip ospf message-digest-key 1 md5 7 «13061E010803»",
    " ip ospf authentication-key «OspfPlain1»",
    "  key-string 7 «05080F1C2243»",
    " neighbor 10.0.0.2 password 7 «0607012D»",
    " standby 1 authentication md5 key-string «HsrpKey1»",
    " vrrp 1 authentication text «VrrpKey2»",
    " ppp pap sent-username noc password 0 «PapKey1»",
    " upload ftp://backup:«FtpPw1»@10.1.1.1/cfg",
    'file prompt quiet password "«quoted pass word»" ',
    # Forms with something between the keyword and its secret
    "snmp-server host mng 1.1.1.1 trap version 2c «ZteTrap2» udp-port 162 snmp",
    "snmp-server host vrf mng 1.1.1.1 trap version 2c «ZteTrap3» udp-port 162",
    "snmp-server host ipv6 2001:db8::1 version 2c «RgTrap4»",
    "snmp-agent usm-user v2c «CommUser1» grp",
    "snmp-agent trap-target x community «TargetComm1»",
    "snmp mib community-map «MapComm1» engineid 800000",
    " server 1 10.1.1.1 master key «ZteRad1» port 1812",
    " server 1 10.1.1.1 key encrypted «a9b8c7»",
    " server-private 10.1.1.1 key 7 «1a1b2c»",
    " client 10.1.1.1 server-key 7 «cdef01»",
    " server key 7 «9a9b9c»",
    " vlink-peer 1.1.1.1 md5 1 plain «VlinkPw1»",
    " vlink-peer 1.1.1.1 hmac-md5 1 «VlinkPw2»",
    " sham-link 1.1.1.1 2.2.2.2 md5 1 plain «ShamPw1»",
    " mpls rsvp-te authentication plain «RsvpPw1»",
    " ip nhrp authentication «NhrpPw1»",
    " ip rip authentication string «RipKey1»",
    " ip rip authentication md5 1 key «RipKey2»",
    " ospfv3 authentication ipsec spi 256 md5 0 «0123456789abcdef0123456789abcdef»",
    " ospfv3 encryption ipsec spi 300 esp aes-cbc 128 «00aa00bb sha1 00cc00dd»",
    " sa hex-key encryption inbound esp «0011223355»",
    " tunnel key «12345099»",
    " authentication text «VrrpText1»",
    " ldap-server authentication manager cn=admin «LdapPw1»",
    " cak «c0ffee01»",
    " access-key «AccKey1»",
    " secret-key «SecKey1»",
    " userpassword «UserPw1»",
    " sim pin verify «56781234»",
    " description login password: «Descr1»",
    # What stands beside the usual places, and words that begin like one that tells no secret
    'rmon event 1 log trap «NocRead1» description "x" owner config',
    "rmon event 1 log-trap «NocRead2» description x owner y",
    "rmon event 2 trap «NocRead3» owner y",
    " md5-authentication 2.2.2.2 plain «LdpKey1»",
    " pac key 7 «PacKey1»",
    "  authentication mode hmac-sha-256 7 «EigKey1»",
    " authentication remote pre-share key «IkeKey71»",
    " authentication local pre-share key 6 «IkeKey72»",
    " encryption key 1 size 128bit 7 «WepKey1» transmit-key",
    " ip rsvp authentication key «RsvpKey1»",
    " rsvp authentication key plain «RsvpKey2»",
    " ipv4 etr map-server 10.1.1.1 key «LispKey2»",
    "  sap pmk «0123456789ABCDEF» mode-list gcm-encrypt",
    "logging ftp notificational 168.1.70.100 target «FtpLog1» zxrlog.log",
    "logging ftp notificational mng 168.1.70.100 target «FtpLog2» zxrlog.log",
    " description 至孝南 联系人 张三 密码:«Hubei1234»",
    " description 密码：«Hubei1235»",
    " description 登录口令 «Hubei1236»",
    " description psk=«Hubei1237»",
    " description wifi key: «Hubei1238»",
    " description pass:«Hubei1239»",
    " description 账号 admin/«Admin123»",
    " url http://members.3322.org/update?user=a&pass=«DdnsPw1»&hostname=<h>",
    " url http://x/upd?token=«DdnsTok1»",
    " upload ftp://backup:«p@ssW0rd»@10.1.1.1/cfg",
    " upload ftp://backup:«pa/ssW0rd»@10.1.1.1/cfg",
    " isis authentication «ZteIsis1» level-1",
    " authentication «ZteIsis2» level-1",
    "portal server newpt ip 192.168.0.111 key «PortalPw3» port 50100",
    " neighbor 1.1.1.1 md5-key «LdpPw6»",
    " ldap-server authentication manager cn=admin,dc=gov «LdapPw1 LdapPw1»",
    "snmp-server user u g remote 1.1.1.1 v3 auth sha-2 256 «SnmpPwH» priv aes 256 «SnmpPwI»",
    "local-user u password-hash «LuPw3»",
    " event manager environment _mail_pass «EemPw1»",
    " hello-authentication plain «IsPw1»",
    " password «recovery#1»",
    " key «config2024»",
    " key «chain-9x»",
    " ip nhrp authentication «modem42»",
    " standby 1 authentication «modern1»",
    " ospf authentication-mode simple «radius#1»",
    " certificate load pem-cert s.pem key-pair dsa key-file k.pem auth-code cipher «PemPw1»",
    "smp-server host 1.1.1.1 key «SmpPw1»",
    " password «alert-2026!»",
    " address ipv4 10.1.1.1 auth-port 1812 acct-port 1813 key «RadKey9»",
    " neighbor 10.1.1.1 authentication md5 «LdpKey9»",
    # Lines about SSH that have more than algorithms
    "sftp server backup user u password cipher «plainSftp1»",
    "netconf ssh user a password simple «cipherNetconf1»",
)


def parts(marked: str) -> tuple[str, list[str]]:
    """A line as a box has it, and the secrets in it."""
    secrets = [piece.partition("»")[0] for piece in marked.split("«")[1:]]
    return marked.replace("«", "").replace("»", ""), secrets


@pytest.mark.parametrize("marked", LINES)
def test_the_secret_of_a_line_is_not_left_in_it(marked: str) -> None:
    line, secrets = parts(marked)

    masked = mask(f"{line}\nend\n", "xs-r1", KEY)

    assert secrets
    for secret in secrets:
        assert secret not in masked
    assert masked.count("<secret ") >= len(secrets)


@pytest.mark.parametrize("marked", LINES)
def test_a_line_keeps_what_it_is_about(marked: str) -> None:
    line, _ = parts(marked)
    head = marked.partition("«")[0].split()

    assert (
        mask(line, "xs-r1", KEY).split()[: max(1, len(head) - 4)] == head[: max(1, len(head) - 4)]
    )


@pytest.mark.parametrize("marked", LINES)
def test_a_secret_that_changed_shows_and_one_that_did_not_does_not(marked: str) -> None:
    line, secrets = parts(marked)
    other = line.replace(secrets[0], secrets[0][:-1] + "q9" + secrets[0][-1:])

    assert mask(line, "xs-r1", KEY) == mask(line, "xs-r1", KEY)
    assert mask(line, "xs-r1", KEY) != mask(other, "xs-r1", KEY)


@pytest.mark.parametrize(
    "line",
    [
        "sysname xs-r1",
        " local-user admin privilege level 15",
        " local-user admin service-type ssh",
        " password-control length 10",
        " local-aaa-user password policy administrator",
        "service password-encryption",
        "snmp-agent community complexity-check disable",
        "snmp-agent sys-info version v3",
        " authentication-mode aaa",
        " authentication-mode hwtacacs local",
        " authentication-mode scheme",
        " ospf authentication-mode keychain K",
        "ssh server cipher aes256_ctr aes128_ctr",
        "ssh2 algorithm cipher aes256-ctr",
        "route-map x permit 10",
        " set community 4809:100 additive",
        "ip community-list standard x permit 4809:100",
        "crypto key generate rsa",
        "ntp server 10.1.1.1 key 1",
        "ntp-service unicast-server 10.1.1.1 authentication-keyid 1",
        "ssh user noc assign rsa-key noc1",
        "ssh server key-exchange dh_group16_sha512",
        "snmp-agent usm-user v3 noc grp",
        " peer 10.0.0.2 advertise-community",
        "username guest nopassword privilege 1",
        " description the key of the door",
        " description 密码管理局专线 100M",
        "ntp server 10.1.1.1 key 5 prefer",
        " encryption vlan 1 mode ciphers aes-ccm",
        " authentication pre-share",
        " authentication mode md5 level-1",
        " ip authentication mode eigrp 100 md5",
        " ip ospf authentication message-digest",
        " password history record number 5",
        "rmon event 1 log description x",
        " ip address 10.0.0.1 255.255.255.252",
        " description 至孝南 100M",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert mask(f"{line}\n", "xs-r1", KEY) == f"{line}\n"


def test_the_number_of_a_key_in_a_chain_is_no_secret() -> None:
    text = "key chain ospf\n key 1\n  key-string 7 0508\nradius server x\n key 20261126\n"

    masked = mask(text, "xs-r1", KEY)

    assert " key 1\n" in masked
    assert "20261126" not in masked


@pytest.mark.parametrize(
    "block",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB1\nzz==\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB1\nzz==\n",
        " certificate self-signed 01\n  3082MIIB1 \n".replace("MIIB1", "0321"),
    ],
)
def test_a_key_of_several_lines_is_one_tag(block: str) -> None:
    masked = mask(f"{block}end\n", "xs-r1", KEY)

    assert masked.count("<secret ") == 1
    assert "MIIB1" not in masked
    assert "30820321" not in masked


def test_no_word_of_a_password_of_several_is_left() -> None:
    masked = mask("enable secret level 15 0 my server door\n", "xs-r1", KEY)

    assert masked.startswith("enable secret level 15 0 <secret ")
    assert "server door" not in masked


def test_a_key_in_one_line_is_masked_and_what_follows_it_is_not() -> None:
    key = "-----BEGIN EC PRIVATE KEY-----MIIB1-----END EC PRIVATE KEY-----"

    masked = mask(f'pki "{key}"\ninterface x\nend\n', "xs-r1", KEY)

    assert "MIIB1" not in masked
    assert "interface x\nend\n" in masked


def test_nobody_can_write_a_tag_to_keep_a_secret() -> None:
    forged = "username noc password <secret 12345678> hunter2\n"

    assert "hunter2" not in mask(forged, "xs-r1", KEY)


def test_an_endless_line_is_one_tag() -> None:
    line = "snmp-server community " * 1_000

    assert mask(line, "xs-r1", KEY).count("<secret ") == 1


def test_two_devices_with_one_password_show_different_tags() -> None:
    assert tag("hunter2", "xs-r1", KEY) != tag("hunter2", "xs-r2", KEY)


def test_a_tag_cannot_be_made_without_the_key() -> None:
    assert tag("hunter2", "xs-r1", KEY) != tag("hunter2", "xs-r1", b"j" * 32)
    assert key_name(KEY) != key_name(b"j" * 32)


def test_tags_of_two_keys_are_alike_without_their_digits() -> None:
    line = "enable secret 5 $1$mERr$hx5\n"

    assert without_secrets(mask(line, "a", KEY)) == without_secrets(mask(line, "a", b"j" * 32))


@pytest.mark.parametrize("marked", LINES)
def test_a_line_that_an_earlier_version_left_unmasked_is_no_change(marked: str) -> None:
    line, _ = parts(marked)

    assert without_secrets(line) == without_secrets(mask(line, "a", KEY))


def test_a_line_that_changed_is_one_also_without_its_secrets() -> None:
    one, other = (
        "username noc password 7 0822\nmtu 1500\n",
        "username noc password 7 0822\nmtu 9000\n",
    )

    assert without_secrets(mask(one, "a", KEY)) != without_secrets(mask(other, "a", KEY))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="<"), max_size=200))
def test_masking_twice_changes_no_more_than_the_tags(text: str) -> None:
    once = mask(text, "xs-r1", KEY)

    assert once.count("\n") <= text.count("\n")
    assert "\ue000" not in once


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40)
)
def test_no_password_whatever_its_signs_is_left(secret: str) -> None:
    for line in ("username noc password 7 {}", "snmp-server community {}", "enable secret 0 {}"):
        masked = mask(line.format(secret) + "\n", "xs-r1", KEY)
        assert secret not in masked
