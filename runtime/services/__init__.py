"""The cloud centre and its services, as the monitor sees them.

Audits of websites, reports of jobs, the before-meeting check, what hosts have and use. What is
asked, and how, is known in `collectors/`.
"""
