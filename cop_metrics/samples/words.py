"""The words of the made-up company: its topics, what their titles ask, and the names of its people.

To add a topic: one line under the team that is at home in it, with the five things that its titles
ask about.
"""

from dataclasses import dataclass

TEAMS = ("Structures", "Drives", "Controls", "Software", "Service", "Sales")
STRUCTURES, DRIVES, CONTROLS, SOFTWARE, SERVICE, SALES = range(6)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic: its name, the channel it is asked in, the team at home in it, and the things its
    titles ask about.
    """

    name: str
    channel: str
    home: int
    things: tuple[str, ...]


_THINGS: dict[int, tuple[str, dict[str, str]]] = {
    STRUCTURES: (
        "Mechanics",
        {
            "fatigue-cracks": "boom foot weld, portal leg corner, tie bar eye, winch house bracket, rail joint",
            "welding": "girder butt weld, box section fillet, lifting lug weld, stiffener end, bracket weld",
            "bolt-torque": "slewing ring bolt row, rail clamp bolt, boom hinge flange, counterweight stud, ladder clip",
            "corrosion": "portal beam interior, wheel box, walkway grating, cable tray support, boom tip",
            "boom-design": "box boom, lattice boom, boom hinge, boom head, hinge pin housing",
            "slewing-bearing": "slewing bearing raceway, bearing seal, ring gear, bearing support ring, grease gap",
            "load-charts": "out-of-service chart, grab duty curve, tandem lift limit, offshore derating, wind limit",
            "finite-elements": "portal frame model, hinge model, rail beam mesh, lug submodel, boom model",
        },
    ),
    DRIVES: (
        "Mechanics",
        {
            "hydraulics": "luffing cylinder, pressure relief valve, hydraulic power pack, return filter, grab hose",
            "gearboxes": "hoist gearbox, slewing gearbox, travel gear unit, planetary stage, output shaft seal",
            "brakes": "hoist brake, storm brake, slewing brake, brake thruster, emergency drum brake",
            "wire-ropes": "hoist rope, grab closing rope, rope drum, sheave nest, rope end fitting",
            "motors": "hoist motor, travel motor, slewing motor, cooling fan, motor encoder mount",
            "lubrication": "central grease pump, rail lubricator, open gear spray, grease line, oil sampling point",
            "couplings": "drum coupling, high-speed coupling, brake disc coupling, torque limiter, cardan shaft",
        },
    ),
    CONTROLS: (
        "Controls and software",
        {
            "sensor-drift": "load pin, boom angle sensor, wind gauge, hoist encoder, slewing position sensor",
            "plc": "safety controller, travel sequence, hoist state machine, remote input card, watchdog block",
            "frequency-converters": "hoist converter, braking resistor, feedback unit, line filter, travel converter",
            "limit-switches": "upper hoist limit, boom-up limit, end-of-track switch, slack rope switch, load switch",
            "anti-sway": "sway camera, anti-sway filter, trolley speed profile, pendulum model, override",
            "wiring": "cable reel, slip ring, cabinet earth bar, festoon cable, terminal strip",
            "emergency-stop": "emergency stop chain, cabin stop button, ground-level stop, safety relay, reset circuit",
        },
    ),
    SOFTWARE: (
        "Controls and software",
        {
            "remote-operation": "video link, operator desk, latency monitor, handover dialog, camera switcher",
            "data-logging": "event recorder, load cycle counter, upload queue, time stamp check, log viewer",
            "simulation": "training simulator, load swing model, virtual controller, harbour scene, replay tool",
            "version-control": "release branch, parameter set, merge check, library folder, site variant",
            "crane-api": "job order endpoint, status feed, login token, position stream, error code list",
            "operator-display": "load display, alarm list, touch screen layout, night colours, language switch",
            "testing": "bench test, nightly build, recorded scenario, coverage report, test crane profile",
        },
    ),
    SERVICE: (
        "Field and customers",
        {
            "commissioning": "load test, rail alignment check, first lift, handover checklist, reference run",
            "spare-parts": "brake lining kit, seal kit, spare encoder, filter set, exchange motor",
            "inspections": "annual inspection, rope check, crack test, oil analysis, structural survey",
            "site-safety": "work permit, rescue plan, lock-out procedure, lifting plan, fall arrest point",
            "troubleshooting": "start-up fault, nuisance alarm, cabin power failure, intermittent stop, slow hoist",
            "retrofits": "converter upgrade, cabin replacement, shore power kit, new control cabinet, camera kit",
        },
    ),
    SALES: (
        "Field and customers",
        {
            "quotations": "grab option, long boom option, service contract, spare parts package, operator training",
            "tender-specs": "duty class, noise limit, paint class, wind class, rail load",
            "delivery-times": "portal kit, slewing unit, cabin, control cabinet, complete crane",
            "warranty": "gearbox claim, paint claim, rope claim, display claim, bearing claim",
            "certificates": "conformity file, material certificate, test report, load chart approval, noise report",
        },
    ),
}
TOPICS = tuple(
    Topic(name=name, channel=channel, home=home, things=tuple(things.split(", ")))
    for home, (channel, topics) in _THINGS.items()
    for name, things in topics.items()
)
MODELS = (
    "Heron 40",
    "Heron 60",
    "Egret 25",
    "Egret 32",
    "Stork 110",
    "Ibis 12",
    "Bittern 80",
    "Spoonbill 15",
)
WHENS = (
    "after a winter in salt air",
    "at full radius",
    "after 20,000 load cycles",
    "when the wind picks up",
    "in grab duty",
    "below freezing",
    "after the last overhaul",
)
PATTERNS: dict[int, tuple[str, ...]] = {
    STRUCTURES: (
        "Which stress limit do you use for the {thing} of the {model}?",
        "Found damage at the {thing} on a {model} {when}: repair or replace?",
        "How do I check the {thing} of the {model} by hand?",
        "Is there a standard detail for the {thing} of the {model}?",
        "Why do we see more wear at the {thing} of the {model} {when}?",
        "Who has measured the {thing} on a {model} {when}?",
    ),
    DRIVES: (
        "The {thing} of the {model} runs hot {when}: where would you look first?",
        "How often should the {thing} on the {model} be checked?",
        "Which replacement fits the {thing} of the {model}?",
        "Strange noise from the {thing} of the {model} {when}",
        "Can the {thing} from a {model} be used on the next size up?",
        "How do I set the {thing} on the {model} {when}?",
    ),
    CONTROLS: (
        "Wrong reading from the {thing} on the {model} {when}",
        "How do I test the {thing} of the {model} without a load?",
        "Which parameter changes the {thing} on the {model}?",
        "The {thing} of the {model} trips {when}: what am I missing?",
        "Is there a wiring diagram for the {thing} on the {model}?",
        "How do you calibrate the {thing} of the {model} {when}?",
    ),
    SOFTWARE: (
        "How do I configure the {thing} for the {model}?",
        "The {thing} is slow on the {model} {when}",
        "Where is the {thing} of the {model} documented?",
        "Which version of the {thing} runs on the {model}?",
        "The {thing} for the {model} stopped working after the update",
        "How can I try the {thing} of the {model} without a crane?",
    ),
    SERVICE: (
        "What do I bring to site for the {thing} on a {model}?",
        "How long does the {thing} take on the {model}?",
        "The {thing} on the {model} came back {when}: next step?",
        "Who signs off the {thing} for the {model}?",
        "Is there a checklist for the {thing} on the {model}?",
        "Customer asks about the {thing} on the {model} {when}",
    ),
    SALES: (
        "Can we offer the {thing} for the {model} to an island port?",
        "What should I tell a customer about the {thing} of the {model}?",
        "Who can confirm the {thing} for the {model} this week?",
        "Is the {thing} for the {model} still standard?",
        "Has anybody quoted the {thing} for the {model} this year?",
        "Where do I find the latest {thing} for the {model}?",
    ),
}

# fmt: off
FIRST_NAMES = (
    "Marit", "Bram", "Aylin", "Tariq", "Zoë", "Jorrit", "Priya", "Kwame", "Łucja", "Mateo", "Sanne", "Hiroshi",
    "Fatima", "Lars", "Chiara", "Oluwaseun", "Mei", "Pieter", "Nadia", "Søren", "Ines", "Rohan", "Griet", "Yusuf",
    "Élodie", "Tomasz", "Amara", "Wout", "Leila", "Goran", "Noor", "Emeka", "Ilse", "Diego", "Anouk", "Ravi",
    "Katja", "Samir", "Femke", "Bao", "Liv", "Andrei", "Roos", "Malik", "Jana", "Stijn", "Hana", "Kofi", "Eva",
    "Niklas", "Selin", "Joost", "Paula", "Omar", "Tess", "Viktor", "Asha", "Ruben", "Maya", "Hugo", "Esra", "Daan",
    "Linh", "Arjun",
)
LAST_NAMES = (
    "Verhulst", "Kaya", "Okafor", "Lindqvist", "Nowak", "Iyer", "Dijkstra", "Haddad", "Moreau", "Tanaka", "Bosman",
    "Silva", "Østergaard", "Mensah", "Petrov", "Rossi", "Zijlstra", "Rahman", "Müller", "Castillo", "Terpstra",
    "Nguyen", "Eriksen", "Bakker", "Adeyemi", "Kovács", "Van Loon", "Demir", "Fischer", "Gupta", "Hoekstra",
    "Idrissi", "Jansma", "Kim", "Laurent", "Marković", "Nakamura", "Oosting", "Pham", "Quist", "Rezaei", "Sørensen",
    "Talsma", "Uzun", "Visser", "Wójcik", "Xavier", "Yildiz", "Zeeman", "Abebe", "Boersma", "Costa", "Dubois",
    "Engel", "Farah", "Groen", "Huisman", "Ivanova", "Jacobs", "Keita", "Lemmens", "Mulder", "Novák", "Owusu",
)
# fmt: on
