"""The words of the drawn help center: its things, what is said of each, and how people ask for it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PLANS = ("the Free plan", "the Team plan", "the Business plan", "the Campus plan")
DEVICES = ("the web app", "the phone app", "the desktop app", "the tablet app")


@dataclass(frozen=True)
class Thing:
    """A part of the program: its name in the texts, other names that people have for it, and what it is for."""

    name: str
    others: tuple[str, str]
    purpose: str


@dataclass(frozen=True)
class Aspect:
    """A subject of passages: what they say, and how it is asked in the same and in other words."""

    name: str
    by_plan: bool  # else by device
    title: str
    says: tuple[str, ...]
    around: tuple[str, ...]  # sentences beside it that answer nothing
    asked: tuple[str, ...]
    asked_otherwise: tuple[str, ...]
    values: Callable[[np.random.Generator], str]

    def draw(self, rng: np.random.Generator, but: str = "") -> str:
        """A value, and another one than `but`."""
        while (value := self.values(rng)) == but:
            pass
        return value


def _number(low: int, high: int, unit: str, step: int = 1) -> Callable[[np.random.Generator], str]:
    return lambda rng: f"{int(rng.integers(low, high)) * step} {unit}"


def _one_of(*choices: str) -> Callable[[np.random.Generator], str]:
    return lambda rng: choices[rng.integers(len(choices))]


THINGS = tuple(
    Thing(name, (first, second), purpose)
    for name, first, second, purpose in (
        ("shared calendar", "team diary", "group agenda", "meetings of everybody are kept"),
        ("invoice list", "bills", "billing records", "what was paid is listed"),
        ("form builder", "questionnaire maker", "survey tool", "answers of guests are collected"),
        ("photo wall", "picture board", "image gallery", "pictures of events are hung up"),
        ("time sheet", "hours log", "work record", "working hours are written down"),
        ("guest list", "visitor register", "attendee roster", "who comes is registered"),
        ("budget planner", "spending overview", "money plan", "spending is planned"),
        ("chat room", "message channel", "talk space", "people write to each other"),
        ("task board", "to-do wall", "job cards", "open work is sorted"),
        ("file vault", "document safe", "secure storage", "contracts are locked away"),
        ("mailing list", "newsletter group", "bulk email", "news is sent to many"),
        ("booking page", "reservation site", "appointment desk", "customers reserve a slot"),
        ("voice recorder", "audio notes", "dictaphone", "spoken words are saved"),
        ("meeting notes", "minutes", "protocol pad", "decisions are written down"),
        ("address book", "contact directory", "phone list", "people are looked up"),
        ("expense report", "cost claim", "refund form", "travel costs are handed in"),
        ("knowledge base", "wiki", "how-to pages", "instructions are collected"),
        ("stock counter", "inventory tally", "warehouse check", "goods are counted"),
        ("price table", "rate card", "tariff sheet", "prices are published"),
        ("job portal", "career site", "vacancy board", "openings are announced"),
        ("road map", "product plan", "release outlook", "what comes next is shown"),
        ("whiteboard", "sketch canvas", "drawing surface", "ideas are drawn together"),
        ("poll", "vote", "ballot", "a group decides"),
        ("backup service", "safety copy", "data rescue", "copies are made every night"),
        ("holiday planner", "leave tracker", "vacation overview", "days off are requested"),
        ("room finder", "desk locator", "space search", "free rooms are found"),
        ("signature desk", "e-signing", "autograph tool", "contracts are signed"),
        ("translation desk", "language helper", "interpreter", "texts change their language"),
        ("video lobby", "camera call", "conference window", "people see each other"),
        ("reminder bell", "nudges", "alert timer", "nothing is forgotten"),
        ("dashboard", "overview screen", "control panel", "numbers are seen at once"),
        ("template library", "sample collection", "pattern store", "good pages are reused"),
        ("travel desk", "trip organizer", "journey planner", "journeys are arranged"),
        ("gift card", "voucher", "credit coupon", "a present is paid"),
        ("ticket queue", "support inbox", "help requests", "customers wait for an answer"),
        ("code snippet", "script shelf", "program clip", "small programs are kept"),
        ("reading list", "book queue", "article pile", "texts are put aside"),
        ("goal tracker", "objective meter", "target gauge", "progress is measured"),
        ("event feed", "activity stream", "news ticker", "changes scroll by"),
        ("access badge", "entry pass", "door key", "doors are opened"),
        ("lunch menu", "canteen card", "meal plan", "dishes of the week are chosen"),
        ("parking map", "car spot finder", "garage plan", "cars find a place"),
        ("lost and found", "missing items box", "forgotten things", "what was left behind is described"),
        ("mood check", "wellbeing survey", "feelings barometer", "a team says how it feels"),
        ("printer queue", "print jobs", "paper output", "pages wait for the printer"),
        ("mentor match", "buddy finder", "coach pairing", "beginners find somebody to ask"),
        ("idea box", "suggestion tray", "proposal bin", "suggestions are dropped"),
        ("quiz corner", "trivia game", "puzzle spot", "what was learned is tested"),
    )
)

ASPECTS = (
    Aspect(
        "limit", True, "How much the {thing} holds on {place}",
        ("On {place}, the {thing} holds up to {value}.", "{place} lets you keep up to {value} in the {thing}."),
        ("Archived entries of the {thing} do not count.", "An owner sees how full the {thing} is in the settings."),
        ("How many entries does the {thing} hold on {place}?", ("Up to how many entries can I keep in the {thing} on "
            "{place}?")),
        ("What is the maximum size of the {thing} with {place}?", "When is the {thing} full if we have {place}?"),
        _number(2, 60, "entries", 50),
    ),
    Aspect(
        "price", True, "What the {thing} costs on {place}",
        ("On {place}, the {thing} costs {value} a month.", "The {thing} adds {value} a month to {place}."),
        ("Taxes for the {thing} are added by country.", "A refund for the {thing} takes a few working days."),
        ("What does the {thing} cost on {place}?", "How much does the {thing} cost a month on {place}?"),
        ("What do we pay for the {thing} with {place}?", "Is there a fee for the {thing} if we are on {place}?"),
        _number(2, 40, "euros"),
    ),
    Aspect(
        "retention", True, "How long the {thing} keeps deleted entries on {place}",
        ("Deleted entries of the {thing} are kept for {value} on {place}.", ("On {place}, the {thing} keeps what was "
            "deleted for {value}.")),
        ("Owners of the {thing} can delete an entry for good.", "The bin of the {thing} is emptied at night."),
        ("How long are deleted entries of the {thing} kept on {place}?", ("For how many days does the {thing} keep "
            "deleted entries on {place}?")),
        ("Until when can I bring back what I erased from the {thing} with {place}?", ("How long does the trash of "
            "the {thing} last if we have {place}?")),
        _number(2, 90, "days"),
    ),
    Aspect(
        "export", True, "Exporting the {thing} on {place}",
        ("On {place}, the {thing} is exported as {value}.", "{place} exports the {thing} as {value}."),
        ("An export of the {thing} holds what you may see yourself.", "Large exports of the {thing} arrive by email."),
        ("In which format is the {thing} exported on {place}?", "As which file does {place} export the {thing}?"),
        ("How can I download everything in the {thing} with {place}?", ("What do I get when I take my data out of "
            "the {thing} on {place}?")),
        _one_of("a CSV file", "a PDF file", "a spreadsheet", "a JSON file", "a zip archive", "a plain text file"),
    ),
    Aspect(
        "error", False, "Error of the {thing} in {place}",
        ("If the {thing} shows an error in {place}, {value}.", ("In {place}, an error of the {thing} goes away when "
            "you follow this: {value}.")),
        ("The error of the {thing} is written into the log.", "Nothing in the {thing} is lost by the error."),
        ("What do I do when the {thing} shows an error in {place}?", ("How does an error of the {thing} in {place} "
            "go away?")),
        ("The {thing} is broken in {place}, how do I repair it?", "My {thing} does not work in {place}, what helps?"),
        _one_of(
            "sign out and in again", "clear the cache and reload", "check the clock of your device",
            "remove the last attachment", "ask an owner to reset your role", "turn off the battery saver",
            "install the newest version", "switch the language and back",
        ),
    ),
    Aspect(
        "sharing", False, "Sharing the {thing} from {place}",
        ("To share the {thing} from {place}, {value}.", "From {place} you share the {thing} in one step: {value}."),
        ("Whoever gets the {thing} sees it without an account.", "A shared {thing} can be taken back at any time."),
        ("How do I share the {thing} from {place}?", "In which way is the {thing} shared from {place}?"),
        ("How can I give colleagues my {thing} out of {place}?", ("How do I send the {thing} to a customer with "
            "{place}?")),
        _one_of(
            "press the arrow and copy the link", "drag it onto a name", "hold it and choose a person",
            "open its corner menu and invite", "show its square code", "type the at sign and a name",
        ),
    ),
    Aspect(
        "delay", False, "How fast changes of the {thing} reach {place}",
        ("Changes of the {thing} reach {place} within {value}.", ("{place} shows changes of the {thing} after "
            "{value} at the latest.")),
        ("Pull down to refresh the {thing} at once.", "A poor connection slows the {thing} down."),
        ("How fast do changes of the {thing} reach {place}?", ("After how many minutes does {place} show changes of "
            "the {thing}?")),
        ("Why is the {thing} old in {place}, and for how long?", ("How long until an edit of the {thing} is visible "
            "in {place}?")),
        _number(2, 45, "minutes"),
    ),
    Aspect(
        "shortcut", False, "Opening the {thing} quickly in {place}",
        ("In {place}, the {thing} opens when you {value}.", "Open the {thing} quickly in {place}: {value}."),
        ("You can change how the {thing} opens in the settings.", "The {thing} opens where you left it."),
        ("How does the {thing} open quickly in {place}?", "What opens the {thing} quickly in {place}?"),
        ("Is there a hotkey or gesture for the {thing} in {place}?", ("What is the fastest way to get to the {thing} "
            "with {place}?")),
        _one_of(
            "press the G key twice", "swipe from the left edge", "press the space bar for a second", "shake it",
            "press the slash key", "tap with three fingers", "press the tab key twice", "double tap the title",
        ),
    ),
)  # fmt: skip

LORE = (
    "This holds for every member of a workspace.",
    "An owner can change this in the settings.",
    "Guests see less than members do.",
    "We tell owners by email when something changes here.",
    "If you joined by an invitation, ask whoever invited you.",
    "You find the same in the menu of your workspace.",
    "Workspaces of schools have settings of their own.",
    "Nothing of this needs an administrator.",
    "What you see can differ while we roll out a change.",
    "Our team answers on working days.",
)
