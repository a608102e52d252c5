"""A second, naive implementation of the counting rules, to hold beside the product.

Written from the definitions alone: lists, dicts and ``datetime.date``, no arrays and no frames. It shares no line with
``dsmb_app``. Where the definitions leave room, this is how they are read here:

R1  A dose is an EX record with EXDOSE > 0, or with EXDOSE = 0 and PLACEBO in EXTRT. A blank EXDOSE is no dose, unless
    nobody has any amount: then every record is a dose.
R2  "Later records are set aside" holds for doses too: a dose that starts after the cut-off did not happen yet.
R3  TRTSDT is the earliest whole date among the starts of doses. A partial start is not valid. A treated subject without
    any whole start stays in N, has no emergent event and no person-time.
R4  The last dose record is the one with the latest start (of several, the last in the file). If it has no end, it ends
    on the earlier of RFENDTC and the cut-off, but never before it began; another record without an end ends on its
    start. TRTEDT is the latest of all ends. A partial end is its last possible day, brought down to death, EOSDT or
    cut-off where these lie in it; no end lies after the cut-off.
R5  EOSDT is DM.RFPENDTC, else the last DS record with DSCAT = DISPOSITION EVENT (nothing is completed before the first
    record of dosing, so COMPLETED there is of the screening and no end), else the last day in any column that
    ends in DTC of any domain but DM, which holds no records of visits. A date after the cut-off shows that the subject
    was still there: it is not set aside here, the cut-off bounds it. A partial date is its last possible day; of the
    last record, its first.
R6  The day of death is DM.DTHDTC, else DS with DSDECOD = DEATH.
R7  On-study emergence has no end ("no limit"); the end of the study bounds person-time. An event after the end of
    person-time still counts and stops the subject's own clock on its onset day.
R8  On-study time does not end before the first dose: who was dosed was watched on that day.
R9  "Time says before dose" needs hour and minute of both. The first dose is the one with the earliest time of its day;
    if one of that day carries no time, time says nothing.
R10 Where some record has an initial intensity (AEITOXGR, else AESEVINI, else AEISEV), an event that began before the
    first dose, had not ended before it, and is more intense than at first, or where either is not known, counts from
    the first day of treatment. Without such a column a worsening is a record of its own.
R11 A start that reads "2019---05" or "2019-UNK-05" is the year 2019; without a year it is wholly unknown.
R12 A wholly unknown start that counts begins on the first day of treatment.
R13 A partial end of an event is its last possible day, brought down as in R4. A partial start is never later than the
    event's end, even where the end lies before the month that was given.
R14 Actual arm: ACTARM, else ARM; planned: ARM. A label of the study file replaces the source's text.
R15 A record without AEDECOD stands under "Uncoded: <AETERM>", one without a class under "No Coding Available".
R16 Quartiles: the mean of two values where a quarter of the subjects is a whole number, else the next one.
R17 Where events cluster in subjects (section 6: all subjects of the arm, variance with N - 1) the limits of the event
    rate are rate x exp(+-z se / rate), se^2 = sum over subjects of (events - rate x time)^2 / (sum of times)^2. One
    subject, or subjects that all have exactly the rate, keep Poisson's.
R18 Without a reference the named contrasts are all pairs in printed order.
R19 A death after the cut-off has not happened yet, in whichever dataset; DM tells of one by DTHFL = Y or any DTHDTC.
R20 What a delivery holds (any AETOXGR, any AEACN, any criterion, any initial intensity) is asked of the records that
    may be seen, of whomever.
"""
