"""Who strikes whom in a fight, and whom a crowd is against, in short texts."""

from __future__ import annotations

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article

FIGHTS = {
    "Kenyan troops fought fierce battles with Al-Shabaab.": "KEN>AL_SHABAAB",
    "Two Turkish soldiers were killed in clashes with the PKK.": "PKK>TUR",
    "Turkish and Iraqi troops clashed with the PKK on Monday.": "IRQ+TUR>PKK",
    "A bomb killed three Kenyan officers. Al-Shabaab claimed responsibility.": "AL_SHABAAB>KEN",
    "Afghan officials say Taliban gunmen have shot and killed a villager.": "TALIBAN>AFG",
    "The U.S.-led invasion of Iraq began in March.": "COALITION+USA>IRQ",
    "Israeli soldiers killed two Jordanian gunmen who opened fire at a crossing.": "JOR>ISR",
    "Two Dutch soldiers were killed when Al-Shabaab fighters ambushed a convoy.": "AL_SHABAAB>NLD",
    "Two Turkish soldiers died in a raid blamed on the PKK.": "PKK>TUR",
    "A Danish soldier was killed in an operation against the Taliban.": "TALIBAN>DNK",
    "A Kenyan soldier was killed and two wounded in a gunfight with Al-Shabaab.": "AL_SHABAAB>KEN",
    "The U.S. army says Taliban fighters died in a battle with insurgents.": "USA>TALIBAN",
    "Israel must protect itself against raids by Hezbollah.": "HEZBOLLAH>ISR",
    "Kenya closed the road in response to raids by Al-Shabaab.": "AL_SHABAAB>KEN",
    "Turkey responded with an artillery barrage on the PKK.": "TUR>PKK",
    "Israeli jets hit a garage linked to Hezbollah.": "ISR>HEZBOLLAH",
    "A Taliban raid on a Kabul hotel killed two Danish tourists.": "TALIBAN>DNK",
    "Kenya wants to free two Danish nurses abducted by Al-Shabaab.": "AL_SHABAAB>DNK",
    "Danish soldiers, along with British troops, attacked the Taliban.": "DNK+GBR>TALIBAN",
    "Al-Shabaab fired on a Kenyan ship. Kenyan troops returned fire.": "KEN>AL_SHABAAB",
    "Chad endured decades of civil war as well as invasions by Libya.": "LBY>TCD",
    "Bombs hit Iraq. Al-Qaida in Iraq claimed responsibility.": "AL_QAEDA>IRQ",
}
NO_FIGHTS = [
    "Nepal's army killed nine Maoist rebels of Nepal in a clash on Monday.",
    "An attack on a Kenyan convoy in Somalia killed four Somali civilians.",
    "The Bali bombings killed 88 Australians.",
    "Danish officials say seven people were killed in a suicide bombing in Mali.",
]
PROTESTS = {
    "There were violent anti-Danish protests in Syria.": ["SYR>DNK"],
    "Syrians burned a Danish flag. Protests also erupted in Iraq.": ["SYR>DNK", "IRQ>DNK"],
    "Kenyan protesters tried to march on the Danish embassy.": ["KEN>DNK"],
    "Pro-Tibet activists in Paris clashed with police outside China's embassy.": ["FRA>CHN"],
}


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


def _told(coder: Coder, text: str, kind: str) -> list[str]:
    events = [e for e in coder.code_one(Article("a", text)) if e.type == kind]
    sides = ((e.actors, e.recipients) for e in events)
    return [">".join("+".join(p.code for p in side) for side in both) for both in sides]


@pytest.mark.parametrize("text", FIGHTS)
def test_who_strikes_whom(coder: Coder, text: str) -> None:
    assert FIGHTS[text] in _told(coder, text, "ASSAULT")


@pytest.mark.parametrize("text", NO_FIGHTS)
def test_no_side_is_made_up(coder: Coder, text: str) -> None:
    assert _told(coder, text, "ASSAULT") == []


@pytest.mark.parametrize("text", PROTESTS)
def test_whom_a_crowd_is_against(coder: Coder, text: str) -> None:
    assert _told(coder, text, "PROTEST") == PROTESTS[text]
