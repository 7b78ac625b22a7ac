"""Tables that only grow: the application's role may insert and read, and nothing else.

`manage.py grant_application_role` reads this list; triggers refuse the same for everybody.
"""

TABLES: tuple[str, ...] = (
    "common_auditentry",
    "common_auditlink",
    "borrowers_consent",
    "borrowers_consentwithdrawal",
    "borrowers_accessentry",
    "borrowers_merchantversion",
    "borrowers_merchantrule",
    "scoring_policycase",
    "scoring_modelstep",
    "scoring_modelscore",
    "scoring_modelwatch",
    "scoring_watchreference",
    "scoring_traininglabel",
    "monitoring_checkrun",
    "lending_ledgerentry",
    "lending_ledgerposting",
    "lending_ledgerseal",
    "lending_loantransaction",
    "lending_loancontract",
    "lending_channelevent",
    "lending_costdisclosure",
    "lending_pointsentry",
    "lending_loansnapshot",
    "lending_sealedpaper",
    "lending_rewardsday",
    "lending_debittry",
    "lending_debitround",
    "lending_bankline",
    "lending_bankmatch",
    "lending_breakstep",
    "lending_linemovement",
)
