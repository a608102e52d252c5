"""The adverse-event dictionary of the demo: preferred term -> SOC and the ways a site writes it down.

Terms only; the dictionary's numeric codes are licensed and are not in the data.
"""

from __future__ import annotations

from dataclasses import dataclass

GENERAL = "General disorders and administration site conditions"
INFECTIONS = "Infections and infestations"
SKIN = "Skin and subcutaneous tissue disorders"
MUSCLE = "Musculoskeletal and connective tissue disorders"
GUT = "Gastrointestinal disorders"
NERVES = "Nervous system disorders"
LUNGS = "Respiratory, thoracic and mediastinal disorders"


@dataclass(frozen=True)
class Term:
    """A preferred term: its SOC and pairs of (reported text, lowest level term)."""

    soc: str
    said: tuple[tuple[str, str], ...]


def _term(soc: str, *said: str) -> Term:
    """Read ``reported text = lowest level term``; without ``=`` both are the same."""
    pairs = [text.partition(" = ") for text in said]
    return Term(soc, tuple((text, llt or text.capitalize()) for text, _, llt in pairs))


TERMS: dict[str, Term] = {
    # the published lines
    "Injection site erythema": _term(
        GENERAL,
        "redness at injection site = Injection site redness",
        "Inj. site erythema = Injection site erythema",
        "red area where injected, 3 cm = Injection site redness",
    ),
    "Injection site pain": _term(
        GENERAL, "pain at injection site = Injection site pain", "sore injection site = Injection site soreness"
    ),
    "Injection site pruritus": _term(
        GENERAL, "itching at inj site = Injection site itching", "Injection site pruritus = Injection site pruritus"
    ),
    "Injection site induration": _term(
        GENERAL,
        "hard lump at injection site = Injection site induration",
        "subcutaneous nodule abdomen, injected area = Injection site lump",
    ),
    "Injection site swelling": _term(GENERAL, "swelling where injected = Injection site swelling"),
    "Injection site rash": _term(GENERAL, "rash, left abdomen = Injection site rash"),
    "Pyrexia": _term(
        GENERAL,
        "fever = Fever",
        "Fever 38.5 C = Fever",
        "low-grade fever = Low grade fever",
        "raised temperature = Temperature elevation",
    ),
    "Influenza like illness": _term(
        GENERAL, "flu-like symptoms = Flu-like symptoms", "felt like flu, aching and chills = Influenza-like symptoms"
    ),
    "Upper respiratory tract infection": _term(
        INFECTIONS,
        "URTI = URTI",
        "upper resp. infection = Upper respiratory infection",
        "cold with runny nose and sore throat = Upper respiratory tract infection",
        "URI, 3rd this year = URI",
    ),
    "Herpes zoster": _term(INFECTIONS, "shingles, right thorax = Shingles"),
    "Pneumonia": _term(INFECTIONS, "pneumonia right lower lobe = Lobar pneumonia, unspecified"),
    "Neuropsychiatric lupus": _term(NERVES, "neuropsychiatric SLE = Neuropsychiatric lupus"),
    # all others
    "Headache": _term(NERVES, "headache", "head ache = Headache", "Mild headache, forehead = Frontal headache"),
    "Dizziness": _term(NERVES, "dizziness", "light headed = Lightheadedness"),
    "Paraesthesia": _term(NERVES, "tingling fingers = Tingling"),
    "Nausea": _term(GUT, "nausea", "felt sick = Nausea"),
    "Vomiting": _term(GUT, "vomiting", "threw up twice = Vomiting"),
    "Diarrhoea": _term(GUT, "loose stools = Loose stools", "diarrhea = Diarrhea"),
    "Constipation": _term(GUT, "constipation"),
    "Abdominal pain upper": _term(GUT, "stomach ache = Stomach ache", "epigastric pain = Epigastric pain"),
    "Mouth ulceration": _term(GUT, "mouth ulcer = Mouth ulcer", "oral ulcers x2 = Oral ulcer"),
    "Arthralgia": _term(
        MUSCLE, "joint pain = Joint pain", "arthralgia both hands = Arthralgia", "Knee pain = Knee pain"
    ),
    "Myalgia": _term(MUSCLE, "muscle ache = Muscle ache", "myalgia"),
    "Back pain": _term(MUSCLE, "back pain", "low back ache = Low back pain"),
    "Fatigue": _term(GENERAL, "fatigue", "tired = Tiredness"),
    "Oedema peripheral": _term(GENERAL, "ankle swelling = Swelling of ankles"),
    "Rash": _term(SKIN, "rash", "skin rash arms = Skin rash"),
    "Alopecia": _term(SKIN, "hair loss = Hair loss"),
    "Photosensitivity reaction": _term(SKIN, "rash after sun = Photosensitivity rash"),
    "Cough": _term(LUNGS, "cough", "dry cough = Dry cough"),
    "Oropharyngeal pain": _term(LUNGS, "throat pain, no infection found = Throat pain"),
    "Insomnia": _term("Psychiatric disorders", "insomnia", "sleeps badly = Poor sleep"),
    "Anxiety": _term("Psychiatric disorders", "anxious = Anxiety"),
    "Palpitations": _term("Cardiac disorders", "palpitations"),
    "Hypertension": _term("Vascular disorders", "high blood pressure = High blood pressure"),
    "Proteinuria": _term("Renal and urinary disorders", "protein in urine = Proteinuria"),
    "Menstruation irregular": _term(
        "Reproductive system and breast disorders", "irregular periods = Irregular periods"
    ),
    "Hyperlipidaemia": _term("Metabolism and nutrition disorders", "raised lipids = Lipids raised"),
    "Dry eye": _term("Eye disorders", "dry eyes = Dry eyes"),
    "Anaemia": _term("Blood and lymphatic system disorders", "anemia worse = Anemia"),
    "Contusion": _term("Injury, poisoning and procedural complications", "bruise after fall = Bruise"),
    "Alanine aminotransferase increased": _term("Investigations", "ALT raised = ALT increased", "high ALT = ALT high"),
    "Hepatic function abnormal": _term("Hepatobiliary disorders", "abnormal liver tests = Liver function abnormal"),
}

# How often the site writes down each unplanned event, relative to the others.
BACKGROUND = {
    "Headache": 12,
    "Nausea": 8,
    "Arthralgia": 12,
    "Fatigue": 8,
    "Diarrhoea": 6,
    "Rash": 6,
    "Dizziness": 5,
    "Myalgia": 5,
    "Insomnia": 4,
    "Cough": 5,
    "Mouth ulceration": 4,
    "Alopecia": 4,
    "Back pain": 4,
    "Abdominal pain upper": 4,
    "Vomiting": 3,
    "Constipation": 2,
    "Oropharyngeal pain": 2,
    "Oedema peripheral": 2,
    "Photosensitivity reaction": 2,
    "Palpitations": 2,
    "Hypertension": 2,
    "Proteinuria": 2,
    "Menstruation irregular": 2,
    "Hyperlipidaemia": 1,
    "Dry eye": 2,
    "Anaemia": 2,
    "Contusion": 1,
    "Anxiety": 2,
    "Paraesthesia": 1,
}
INJECTION_SITE = (
    "Injection site erythema",
    "Injection site pain",
    "Injection site pruritus",
    "Injection site induration",
    "Injection site swelling",
)
