"""The columns of each dataset in order, with their labels; ``#`` marks a numeric one."""

from __future__ import annotations

DATASETS = {
    "DM": "Demographics",
    "EX": "Exposure",
    "AE": "Adverse Events",
    "LB": "Laboratory Test Results",
    "DS": "Disposition",
    "VS": "Vital Signs",
    "MH": "Medical History",
    "CM": "Concomitant Medications",
    "SV": "Subject Visits",
    "QS": "Questionnaires",
}

_HEAD = """
STUDYID  Study Identifier
DOMAIN   Domain Abbreviation
USUBJID  Unique Subject Identifier
"""
_VISIT = """
VISITNUM #Visit Number
VISIT    Visit Name
VISITDY  #Planned Study Day of Visit
"""
_COLUMNS = {
    "DM": """
SUBJID   Subject Identifier for the Study
RFSTDTC  Subject Reference Start Date/Time
RFENDTC  Subject Reference End Date/Time
RFXSTDTC Date/Time of First Study Treatment
RFXENDTC Date/Time of Last Study Treatment
RFICDTC  Date/Time of Informed Consent
RFPENDTC Date/Time of End of Participation
DTHDTC   Date/Time of Death
DTHFL    Subject Death Flag
SITEID   Study Site Identifier
AGE      #Age
AGEU     Age Units
SEX      Sex
RACE     Race
ETHNIC   Ethnicity
ARMCD    Planned Arm Code
ARM      Description of Planned Arm
ACTARMCD Actual Arm Code
ACTARM   Description of Actual Arm
COUNTRY  Country
DMDTC    Date/Time of Collection
DMDY     #Study Day of Collection
""",
    "EX": """
EXSEQ    #Sequence Number
EXTRT    Name of Actual Treatment
EXDOSE   #Dose per Administration
EXDOSU   Dose Units
EXDOSFRM Dose Form
EXDOSFRQ Dosing Frequency per Interval
EXROUTE  Route of Administration
EPOCH    Epoch
EXSTDTC  Start Date/Time of Treatment
EXENDTC  End Date/Time of Treatment
EXSTDY   #Study Day of Start of Treatment
EXENDY   #Study Day of End of Treatment
""",
    "AE": """
AESEQ    #Sequence Number
AESPID   Sponsor-Defined Identifier
AETERM   Reported Term for the Adverse Event
AELLT    Lowest Level Term
AEDECOD  Dictionary-Derived Term
AEBODSYS Body System or Organ Class
AESOC    Primary System Organ Class
AESER    Serious Event
AEACN    Action Taken with Study Treatment
AEREL    Causality
AEOUT    Outcome of Adverse Event
AESCONG  Congenital Anomaly or Birth Defect
AESDISAB Persist or Signif Disability/Incapacity
AESDTH   Results in Death
AESHOSP  Requires or Prolongs Hospitalization
AESLIFE  Is Life Threatening
AESMIE   Other Medically Important Serious Event
AETOXGR  Standard Toxicity Grade
AESTDTC  Start Date/Time of Adverse Event
AEENDTC  End Date/Time of Adverse Event
AESTDY   #Study Day of Start of Adverse Event
AEENDY   #Study Day of End of Adverse Event
AEENRTPT End Relative to Reference Time Point
AEENTPT  End Reference Time Point
""",
    "LB": """
LBSEQ    #Sequence Number
LBTESTCD Lab Test or Examination Short Name
LBTEST   Lab Test or Examination Name
LBCAT    Category for Lab Test
LBORRES  Result or Finding in Original Units
LBORRESU Original Units
LBORNRLO Reference Range Lower Limit in Orig Unit
LBORNRHI Reference Range Upper Limit in Orig Unit
LBSTRESC Character Result/Finding in Std Format
LBSTRESN #Numeric Result/Finding in Standard Units
LBSTRESU Standard Units
LBSTNRLO #Reference Range Lower Limit-Std Units
LBSTNRHI #Reference Range Upper Limit-Std Units
LBNRIND  Reference Range Indicator
LBNAM    Vendor Name
LBSPEC   Specimen Type
LBLOBXFL Last Observation Before Exposure Flag
LBBLFL   Baseline Flag
@VISIT
LBDTC    Date/Time of Specimen Collection
LBDY     #Study Day of Specimen Collection
""",
    "DS": """
DSSEQ    #Sequence Number
DSTERM   Reported Term for the Disposition Event
DSDECOD  Standardized Disposition Term
DSCAT    Category for Disposition Event
DSDTC    Date/Time of Collection
DSSTDTC  Start Date/Time of Disposition Event
DSSTDY   #Study Day of Start of Disposition Event
""",
    "VS": """
VSSEQ    #Sequence Number
VSTESTCD Vital Signs Test Short Name
VSTEST   Vital Signs Test Name
VSORRES  Result or Finding in Original Units
VSORRESU Original Units
VSSTRESC Character Result/Finding in Std Format
VSSTRESN #Numeric Result/Finding in Standard Units
VSSTRESU Standard Units
VSBLFL   Baseline Flag
@VISIT
VSDTC    Date/Time of Measurements
VSDY     #Study Day of Vital Signs
""",
    "MH": """
MHSEQ    #Sequence Number
MHTERM   Reported Term for the Medical History
MHDECOD  Dictionary-Derived Term
MHCAT    Category for Medical History
MHBODSYS Body System or Organ Class
MHDTC    Date/Time of History Collection
MHSTDTC  Start Date/Time of Medical History Event
MHENRTPT End Relative to Reference Time Point
MHENTPT  End Reference Time Point
""",
    "CM": """
CMSEQ    #Sequence Number
CMTRT    Reported Name of Drug, Med, or Therapy
CMDECOD  Standardized Medication Name
CMINDC   Indication
CMCLAS   Medication Class
CMCLASCD Medication Class Code
CMDOSE   #Dose per Administration
CMDOSU   Dose Units
CMDOSFRQ Dosing Frequency per Interval
CMROUTE  Route of Administration
CMSTDTC  Start Date/Time of Medication
CMENDTC  End Date/Time of Medication
CMSTDY   #Study Day of Start of Medication
CMENDY   #Study Day of End of Medication
CMENRTPT End Relative to Reference Time Point
CMENTPT  End Reference Time Point
""",
    "SV": """
@VISIT
SVSTDTC  Start Date/Time of Visit
SVENDTC  End Date/Time of Visit
SVSTDY   #Study Day of Start of Visit
SVUPDES  Description of Unplanned Visit
""",
    "QS": """
QSSEQ    #Sequence Number
QSTESTCD Question Short Name
QSTEST   Question Name
QSCAT    Category of Question
QSORRES  Finding in Original Units
QSSTRESC Character Result/Finding in Std Format
QSSTRESN #Numeric Finding in Standard Units
QSBLFL   Baseline Flag
@VISIT
QSDTC    Date/Time of Finding
QSDY     #Study Day of Finding
""",
}


def columns(domain: str) -> list[tuple[str, str, bool]]:
    """Return (name, label, is numeric) of each column of a dataset, in order."""
    text = (_HEAD + _COLUMNS[domain]).replace("@VISIT", _VISIT)
    found = []
    for line in text.split("\n"):
        name, _, label = line.partition(" ")
        if name:
            found.append((name, label.strip().lstrip("#"), label.strip().startswith("#")))
    return found
