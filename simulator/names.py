"""Names of places in the shape of Hubei: cities with their counties, then lists to draw from."""

from __future__ import annotations

from typing import Final

CITIES: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "xiaogan",
        "孝感市",
        (
            "xiaonan 孝南区|xiaochang 孝昌县|dawu 大悟县|yunmeng 云梦县|yingcheng 应城市|"
            "anlu 安陆市|hanchuan 汉川市"
        ),
    ),
    (
        "xiangyang",
        "襄阳市",
        (
            "xiangcheng 襄城区|fancheng 樊城区|xiangzhou 襄州区|nanzhang 南漳县|gucheng 谷城县|"
            "baokang 保康县|laohekou 老河口市|zaoyang 枣阳市|yicheng 宜城市"
        ),
    ),
    (
        "huanggang",
        "黄冈市",
        (
            "huangzhou 黄州区|tuanfeng 团风县|hongan 红安县|luotian 罗田县|yingshan 英山县|"
            "xishui 浠水县|qichun 蕲春县|huangmei 黄梅县|macheng 麻城市|wuxue 武穴市"
        ),
    ),
    (
        "wuhan",
        "武汉市",
        (
            "jiangan 江岸区|jianghan 江汉区|qiaokou 硚口区|hanyang 汉阳区|wuchang 武昌区|"
            "qingshan 青山区|hongshan 洪山区|dongxihu 东西湖区|hannan 汉南区|caidian 蔡甸区|"
            "jiangxia 江夏区|huangpi 黄陂区|xinzhou 新洲区"
        ),
    ),
    (
        "yichang",
        "宜昌市",
        (
            "xiling 西陵区|wujiagang 伍家岗区|dianjun 点军区|xiaoting 猇亭区|yiling 夷陵区|"
            "yuanan 远安县|xingshan 兴山县|zigui 秭归县|changyang 长阳县|wufeng 五峰县|yidu 宜都市|"
            "dangyang 当阳市|zhijiang 枝江市"
        ),
    ),
    (
        "enshi",
        "恩施州",
        (
            "enshishi 恩施市|lichuan 利川市|jianshi 建始县|badong 巴东县|xuanen 宣恩县|"
            "xianfeng 咸丰县|laifeng 来凤县|hefeng 鹤峰县"
        ),
    ),
    (
        "shiyan",
        "十堰市",
        (
            "maojian 茅箭区|zhangwan 张湾区|yunyang 郧阳区|yunxi 郧西县|zhushan 竹山县|"
            "zhuxi 竹溪县|fangxian 房县|danjiangkou 丹江口市"
        ),
    ),
    (
        "jingzhou",
        "荆州市",
        (
            "shashi 沙市区|jingzhouqu 荆州区|gongan 公安县|jianli 监利市|jiangling 江陵县|"
            "shishou 石首市|honghu 洪湖市|songzi 松滋市"
        ),
    ),
    (
        "huangshi",
        "黄石市",
        (
            "huangshigang 黄石港区|xisaishan 西塞山区|xialu 下陆区|tieshan 铁山区|yangxin 阳新县|"
            "daye 大冶市"
        ),
    ),
    (
        "xianning",
        "咸宁市",
        "xianan 咸安区|jiayu 嘉鱼县|tongcheng 通城县|chongyang 崇阳县|tongshan 通山县|chibi 赤壁市",
    ),
    (
        "jingmen",
        "荆门市",
        "dongbao 东宝区|duodao 掇刀区|shayang 沙洋县|zhongxiang 钟祥市|jingshan 京山市",
    ),
    ("suizhou", "随州市", "zengdu 曾都区|suixian 随县|guangshui 广水市"),
    ("ezhou", "鄂州市", "liangzihu 梁子湖区|huarong 华容区|echeng 鄂城区"),
    ("xiantao", "仙桃市", "xiantaoqu 仙桃城区"),
    ("qianjiang", "潜江市", "qianjiangqu 潜江城区"),
    ("tianmen", "天门市", "tianmenqu 天门城区"),
    ("shennongjia", "神农架林区", "songbai 松柏片区"),
)
"""City: id, title, its counties as `id title` separated by bars. 17 cities, 103 counties."""

TOWNSHIPS: Final[tuple[str, ...]] = (
    "城关镇",
    "花园镇",
    "王店镇",
    "周巷镇",
    "小河镇",
    "白沙镇",
    "邹岗镇",
    "丰山镇",
    "卫店镇",
    "陡山乡",
    "清河街道",
    "新集镇",
    "大市镇",
    "东河乡",
    "石桥镇",
    "龙泉镇",
    "双峰乡",
    "青山街道",
    "金水镇",
    "三里镇",
    "古楼街道",
    "马坪镇",
    "柳林镇",
    "杨寨镇",
)

VILLAGES: Final[tuple[str, ...]] = (
    "新华村",
    "红旗村",
    "前进村",
    "胜利村",
    "东风村",
    "和平村",
    "团结村",
    "长岭村",
    "石板村",
    "杨柳村",
    "桃园村",
    "金桥村",
    "双庙村",
    "大湾村",
    "黄土坡村",
    "高升村",
    "李家冲村",
    "王家畈村",
    "陈家湾村",
    "刘家坝村",
    "张公社区",
    "文昌社区",
    "滨河社区",
    "凤凰山村",
    "白云村",
    "泉水村",
    "古井村",
    "枫树村",
    "竹林村",
    "牌楼村",
)

CARRIERS: Final[tuple[tuple[str, str], ...]] = (
    ("telecom", "中国电信"),
    ("mobile", "中国移动"),
    ("cable", "中国广电"),
)
