"""Between the options of the referral commands and the store: forms, questions, pages.

options         the options, once for the commands that share them
form            options -> a new referral, or the provider's fields
questions       what is asked at a terminal
page            a referral as data and as a page; what to beware of in a new one
provider_page   a provider as a page
"""
