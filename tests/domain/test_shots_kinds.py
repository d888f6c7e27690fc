"""What a shot shows is true to its sentence: figures, lists, comparisons, years, quotes."""

import pytest
from storyboard_scripts import narrate

from domain.generation import comparisons, lists, sequences, shots, terms
from domain.generation.abridging import claim_of
from domain.generation.figures import figures_in
from domain.generation.tokens import tokens_of, tokens_of_text


def tokens(text: str):
    return tokens_of(narrate(text).sentences)


class TestFigures:
    @pytest.mark.parametrize(
        ("text", "shown", "label"),
        [
            ("It raised $3.5M in a week.", "$3.5M", "in a week"),
            ("About 12 million people live there.", "~12 million", "people"),
            ("It has 1,234 species of birds.", "1,234", "species of birds"),
            ("Some 45% of adults agree.", "~45%", "of adults agree"),
            ("It lost 45 percent of its mass.", "45%", "of its mass"),
            ("An octopus has three hearts.", "3", "hearts"),
            ("More than 90% of bees are solitary.", "90%+", "of bees"),
            ("It is over 21,000 km long.", "21,000+ km", "long"),
            ("A queen lays up to 2,000 eggs a day.", "2,000", "eggs a day at most"),
            ("Fewer than 100 tigers remain.", "<100", "tigers"),
            ("It reaches a temperature of 737 K.", "737 K", "temperature"),
            ("The night there drops to −180 °C.", "−180 °C", ""),
            ("It took the 300-metre tower.", "300 metre", "tower"),
            ("The population is 45,000.", "45,000", "population"),
            ("Twenty-one species swim here.", "21", "species"),
            ("Two billion cups are drunk a day.", "2 billion", "cups"),
            ("It is 1,500 years old.", "1,500", "years old"),
            ("It is 1500 metres high.", "1500", "metres high"),
            ("It lies 30 times the width of Earth away.", "30", "times the width of Earth"),
        ],
    )
    def test_are_read_with_their_unit_and_what_bounds_them(self, text, shown, label) -> None:
        found = figures_in(tokens_of_text(text))
        assert [(f.text, f.label) for f in found] == [(shown, label)]

    @pytest.mark.parametrize(
        "text",
        [
            "In 1969 two astronauts landed.",
            "It ended in the 1960s.",
            "Apollo 11 brought them home.",
            "It happened on 20 July 1969.",
            "It is one of the largest.",
            "It grows 5 to 10 metres tall.",
            "It is between 5 and 10 metres tall.",
            "World War 2 changed it.",
            "It struck at 23:40 that night.",
            "Two thirds of it is water.",
            "These three countries agree.",
            "It came 20th in the race.",
            "It was built in 3000 BC.",
            "She sank two hours and forty minutes later.",
            "It uses H2O and a B-52.",
        ],
    )
    def test_are_not_seen_in_years_dates_names_ranges_and_fractions(self, text) -> None:
        assert figures_in(tokens_of_text(text)) == []

    def test_land_on_their_spoken_word(self) -> None:
        words = tokens("Deep in the dark it has three hearts.")
        content = shots.number(words, 0)
        three = next(word for word in words if word.lower == "three")
        assert content.land_frame == round(three.start)
        assert shots.number(words, 30).land_frame == round(three.start) - 30


class TestLists:
    @pytest.mark.parametrize(
        ("text", "title", "rows"),
        [
            ("Octopuses eat crabs, clams and fish.", "Octopuses eat", ["Crabs", "Clams", "Fish"]),
            (
                "It grows in Brazil, Vietnam, and Colombia.",
                None,
                ["Brazil", "Vietnam", "Colombia"],
            ),
            (
                "Some species, including honey bees, bumblebees, and stingless bees, are social.",
                "Some species",
                ["Honey bees", "Bumblebees", "Stingless bees"],
            ),
            (
                "The Sun, the Moon and the stars rise.",
                None,
                ["Sun", "Moon", "Stars"],
            ),
            (
                "Cells can grow, divide, and die.",
                "Cells",
                ["Grow", "Divide", "Die"],
            ),
            (
                "Penguins feed on krill, fish, squid and other forms of sea life.",
                "Penguins",
                ["Krill", "Fish", "Squid"],
            ),
            (
                "It has an arm, a leg, a foot, a hand, a nose, and an ear.",
                None,
                ["Arm", "Leg", "Foot", "Hand", "Nose", "Ear"],
            ),
            (
                "Each has eight men: one king, one queen, two rooks, and four pawns.",
                "Each has eight men",
                ["One king", "One queen", "Two rooks", "Four pawns"],
            ),
        ],
    )
    def test_hold_the_items_as_they_stand(self, text, title, rows) -> None:
        content = lists.enumeration(tokens(text), 0)
        assert [row.text for row in content.rows] == rows
        assert content.title == title

    def test_a_title_never_ends_on_a_word_that_wants_another(self) -> None:
        found = lists.enumeration(tokens("The uses of it are in lamps, masers and clocks."), 0)
        assert found.title == "Uses"

    def test_rows_enter_in_the_order_of_their_words(self) -> None:
        content = lists.enumeration(tokens("Octopuses eat crabs, clams and fish."), 0)
        frames = [row.frame for row in content.rows]
        assert frames == sorted(set(frames))

    @pytest.mark.parametrize(
        "text",
        [
            "On Earth, volcanoes are found where plates meet, and they grow.",
            "Paris, the capital of France, and Rome are old.",
            "It was late, it was cold, and nobody came.",
            "After her death, Egypt fell, and Rome rose.",
            "Black and white are old friends.",
        ],
    )
    def test_uneven_enumerations_are_no_lists(self, text) -> None:
        assert lists.enumeration(tokens(text), 0) is None

    def test_black_and_white_fur_is_no_pair(self) -> None:
        assert lists.pair(tokens("Pandas have black and white fur."), 0) is None


class TestComparisons:
    def bars(self, text: str) -> list[tuple[str, str, float]] | None:
        content = comparisons.comparison(tokens(text), 0)
        if content is None:
            return None
        self.measured = content.measured
        return [(bar.label, bar.value_text, round(bar.share, 2)) for bar in content.bars]

    def test_ratios_are_drawn_to_scale(self) -> None:
        assert self.bars("Jupiter is three times larger than Saturn.") == [
            ("Jupiter", "3×", 1.0),
            ("Saturn", "1×", 0.33),
        ]
        assert self.measured
        assert self.bars("Gold is twice as heavy as lead.") == [
            ("Gold", "2×", 1.0),
            ("Lead", "1×", 0.5),
        ]
        assert self.bars("Mars is half the size of Earth.") == [
            ("Mars", "½", 0.5),
            ("Earth", "1×", 1.0),
        ]
        assert self.bars("Mercury is 3 times smaller than Earth.") == [
            ("Mercury", "1×", 0.33),
            ("Earth", "3×", 1.0),
        ]

    def test_two_figures_of_one_unit_are_drawn_to_scale(self) -> None:
        text = "The first bridge is 10 km long, whereas the second bridge is 5 km long."
        assert self.bars(text) == [("First bridge", "10 km", 1.0), ("Second bridge", "5 km", 0.5)]
        assert self.measured

    def test_figures_of_two_units_are_not_compared(self) -> None:
        content = self.bars("The bridge is 10 km long, whereas the tower weighs 5 kg.")
        assert content is None or not self.measured

    def test_without_figures_nothing_is_measured(self) -> None:
        assert self.bars("Unlike most molluscs, octopuses have no shell.") == [
            ("Most molluscs", "", 1.0),
            ("Octopuses", "have no shell", 1.0),
        ]
        assert not self.measured
        assert self.bars("The Moon is smaller than Mercury.") == [
            ("Moon", "smaller", 1.0),
            ("Mercury", "", 1.0),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "It is three times larger than Earth.",
            "Rather than fight, squid flee.",
            "Nothing is larger than that.",
            "The Moon is not larger than Earth.",
            "A black hole is four million times heavier than a star.",
            "More than 300 species live here.",
        ],
    )
    def test_what_would_have_to_be_guessed_is_not_drawn(self, text) -> None:
        assert self.bars(text) is None


class TestTimelines:
    def test_years_carry_a_phrase_of_their_own_clause(self) -> None:
        content = sequences.timeline(
            tokens("In 1903 the Wright brothers flew, and in 1969 astronauts reached the Moon."), 0
        )
        assert [mark.year for mark in content.marks] == [1903, 1969]
        assert "Wright brothers" in content.marks[0].label
        assert all(len(mark.label.split()) <= 4 for mark in content.marks)

    def test_later_years_come_later_whatever_the_order_of_words(self) -> None:
        content = sequences.timeline(tokens("Opened in 1950, it was planned in 1931."), 0)
        assert [mark.year for mark in content.marks] == [1931, 1950]

    def test_a_range_names_its_subject_once(self) -> None:
        content = sequences.timeline(tokens("The Ming dynasty ruled from 1368 to 1644."), 0)
        assert [mark.label for mark in content.marks][1] == ""
        assert content.marks[0].label

    @pytest.mark.parametrize(
        ("text", "labels"),
        [
            (
                "Construction began in 1817 and the canal opened on October 26, 1825.",
                {1817: "Construction", 1825: "canal"},
            ),
            (
                "In 1817, construction began, and on 26 October 1825, the canal opened.",
                {1817: "construction", 1825: "canal"},
            ),
            (
                "The canal opened in 1825, eight years after construction began in 1817.",
                {1817: "construction", 1825: "canal"},
            ),
            (
                "Work had started in 1971 and the shuttle was finished by May 4, 1988.",
                {1971: "started", 1988: "shuttle"},
            ),
            (
                "He was born on March 14, 1879, in Ulm and died on April 18, 1955, in Princeton.",
                {1879: "born", 1955: "died"},
            ),
            (
                "The bridge opened in May 1937 and the tower in the spring of 1940.",
                {1937: "bridge", 1940: "tower"},
            ),
            ("The canal was enlarged from 1834 to 1862.", {1834: "canal", 1862: ""}),
        ],
    )
    def test_a_label_is_of_its_own_year_and_no_part_of_a_date(self, text, labels) -> None:
        content = sequences.timeline(tokens(text), 0)
        assert {mark.year: mark.label for mark in content.marks} == labels

    @pytest.mark.parametrize(
        "text",
        [
            "Before 1825 goods went by wagon, but after 1862 larger boats carried them.",
            "The tower of 1889 was painted for the fair of 1900.",
            "The work ran from May 1834 to June 1862.",
        ],
    )
    def test_years_of_which_it_is_not_sure_what_happened_make_none(self, text) -> None:
        assert sequences.timeline(tokens(text), 0) is None

    @pytest.mark.parametrize(
        "text",
        ["It opened in 1950.", "It has 1500 rooms and 1800 windows.", "From 3000 BC to 2000 BC."],
    )
    def test_one_year_or_counts_make_none(self, text) -> None:
        assert sequences.timeline(tokens(text), 0) is None


class TestYears:
    def test_what_happened_in_it_is_no_part_of_its_date(self) -> None:
        content = sequences.year(tokens("The canal opened on October 26, 1825."), 0)
        assert content.label == "canal"

    def test_what_was_before_a_year_did_not_happen_in_it(self) -> None:
        assert sequences.year(tokens("Goods went by wagon before 1825."), 0) is None

    def test_one_year_is_a_figure_over_what_happened_in_it(self) -> None:
        words = tokens("In 1912 the lighthouse burned down.")
        content = sequences.year(words, 0)
        assert (content.value, content.grouping, content.label) == (1912, False, "lighthouse")
        assert content.land_frame == round(words[1].start)

    @pytest.mark.parametrize(
        "text",
        ["From 1912 to 1914 it burned.", "It burned in 1912.", "In 1200 BC the harbour was built."],
    )
    def test_two_years_or_one_that_nothing_is_said_of_are_none(self, text) -> None:
        assert sequences.year(tokens(text), 0) is None


class TestTerms:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("The boundary of no escape is called the event horizon.", "Event horizon"),
            ("After her death, Egypt became a province of the Roman Empire.", "Roman Empire"),
            ("An octopus has no bones at all.", "No bones"),
            ("It is the companion of Alexander the Great.", "Alexander the Great"),
        ],
    )
    def test_are_what_the_clause_names(self, text, shown) -> None:
        assert terms.term(tokens(text), 0).text == shown

    @pytest.mark.parametrize(
        "text", ["It is big.", "There it was.", "They can swim.", "It has 12.", "Among others."]
    )
    def test_are_neither_qualities_nor_deeds_nor_figures(self, text) -> None:
        assert terms.term(tokens(text), 0) is None

    def test_are_not_the_topic_again(self) -> None:
        words = tokens("The octopus hides from the seal.")
        assert terms.term(words, 0, {"octopus"}).text == "Seal"
        words = tokens("In water, penguins have countershaded dark and white plumage and flippers.")
        assert terms.term(words[2:], 0, {"penguin"}).text != "Penguins"

    def test_come_on_their_word(self) -> None:
        words = tokens("It is called the event horizon.")
        assert terms.term(words, 10).frame == words[4].enters - 10


class TestLinks:
    def ends(self, text: str) -> tuple[str, str, str] | None:
        content = terms.link(tokens(text), 0)
        return (content.ends[0].text, content.said, content.ends[1].text) if content else None

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Urban areas include Medellín.", ("Urban areas", "include", "Medellín")),
            ("Bright rays are formed by the ejecta.", ("Bright rays", "are formed by", "Ejecta")),
            (
                "She shared it for her work on the radiation discovered by Henri Becquerel.",
                ("Radiation", "discovered by", "Henri Becquerel"),
            ),
        ],
    )
    def test_say_with_the_words_between_two_things_what_joins_them(self, text, shown) -> None:
        assert self.ends(text) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "Most snakes are not dangerous to people.",
            "The dynasty of Egypt ended.",
            "It swims.",
            "From the night sky it fell into the harbour.",
            "Bright stars and their planets were a riddle to astronomers.",
            "The fans of a celebrity constitute its fandom.",
        ],
    )
    def test_are_absent_where_nothing_or_something_else_joins_two_things(self, text) -> None:
        assert self.ends(text) is None


class TestProcesses:
    @pytest.mark.parametrize(
        ("text", "nodes"),
        [
            ("Roasting turns green beans into brown ones.", ["Green beans", "Brown ones"]),
            ("Rising magma leads to cracks.", ["Rising magma", "Cracks"]),
            ("Friction causes heat.", ["Friction", "Heat"]),
            ("Caterpillars turn into butterflies.", ["Caterpillars", "Butterflies"]),
            (
                "Light fades, then warmth fades, then pressure rises.",
                ["Light fades", "Warmth fades", "Pressure rises"],
            ),
        ],
    )
    def test_lead_from_one_thing_to_the_next(self, text, nodes) -> None:
        assert [node.text for node in sequences.process(tokens(text), 0).nodes] == nodes

    @pytest.mark.parametrize(
        "text",
        [
            "Friction does not cause heat.",
            "He dived into the water.",
            "The country is divided into two states.",
            "It causes pain.",
        ],
    )
    def test_are_not_guessed(self, text) -> None:
        assert sequences.process(tokens(text), 0) is None


class TestQuotes:
    def test_have_their_speaker(self) -> None:
        content = shots.quote(tokens("“Black holes ain’t so black,” said Stephen Hawking."), 0)
        assert content.text == "Black holes ain’t so black"
        assert content.attribution == "Stephen Hawking"

    def test_may_follow_their_speaker(self) -> None:
        content = shots.quote(tokens('Einstein called it "spooky action at a distance".'), 0)
        assert (content.text, content.attribution) == ("spooky action at a distance", "Einstein")

    def test_titles_in_quotation_marks_are_none(self) -> None:
        assert shots.quote(tokens("The song “Here Comes the Sun” was a hit."), 0) is None


class TestFacts:
    def groups(self, text: str) -> list[str]:
        return [group.text for group in shots.fact(tokens(text), 0).groups]

    def test_hold_three_to_six_key_words(self) -> None:
        groups = self.groups("Octopuses have a complex nervous system and excellent sight.")
        assert any(group.endswith("complex nervous system") for group in groups)
        assert 3 <= sum(len(group.split()) for group in groups) <= 6

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Most snakes are not poisonous to people.", "are not poisonous"),
            ("An octopus has no bones at all.", "no bones"),
            ("It has never been found alive.", "never been found alive"),
        ],
    )
    def test_never_lose_a_negation(self, text, shown) -> None:
        assert shown.casefold() in " | ".join(self.groups(text)).casefold()

    def test_keep_names_whole(self) -> None:
        groups = self.groups("It began under Alexander the Great in Greece.")
        assert any(group.endswith("under Alexander the Great") for group in groups)

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("That lets it squeeze through small gaps.", ["Squeeze through small gaps"]),
            ("An octopus is bilaterally symmetric.", ["Octopus", "is bilaterally symmetric"]),
            ("It goes on for more than 2,300 kilometres.", ["More than 2,300 kilometres"]),
        ],
    )
    def test_lead_to_their_key_without_a_word_that_hangs_in_the_air(self, text, shown) -> None:
        assert self.groups(text) == shown

    def test_set_no_two_phrases_together_that_stand_apart(self) -> None:
        assert self.groups("Along a taut string, for instance,") == ["Taut string"]

    def test_mark_one_of_their_groups_as_the_key(self) -> None:
        content = shots.fact(tokens("The boundary is called the event horizon."), 0)
        assert content.key in [group.text for group in content.groups]


class TestClaims:
    @pytest.mark.parametrize(
        ("sentence", "claim"),
        [
            (
                "An octopus has three hearts, and two of them stop beating whenever it swims.",
                "An octopus has three hearts",
            ),
            (
                "Some species – including honey bees, wasps, and sand bees – are social insects.",
                "Some species are social insects",
            ),
            ("What exactly are bees?", "What exactly are bees?"),
            (
                "In 1912, after it had struck an iceberg, the Titanic sank within three hours.",
                "the Titanic sank within three hours",
            ),
            (
                "They are dinosaurs: a diverse group of warm-blooded reptiles of one single clade.",
                "They are dinosaurs: a diverse group of warm-blooded reptiles",
            ),
            (
                "That marked the end of an age in the East, which had begun under Alexander.",
                "That marked the end of an age in the East",
            ),
            (
                "Stars are a class of spheres made of plasma that is arranged in many thin layers.",
                "Stars are a class of spheres made of plasma",
            ),
            (
                "If it needs this energy, a cell metabolizes big organic compounds by breathing.",
                "a cell metabolizes big organic compounds by breathing",
            ),
            (
                "They influence dosing, benefit, and bad effects, as is seen in all new models.",
                "They influence dosing, benefit, and bad effects",
            ),
            (
                "Those are conifers: a group of woody plants and a subset of the gymnosperms.",
                "Those are conifers: a group of woody plants",
            ),
        ],
    )
    def test_say_the_point_in_at_most_twelve_words(self, sentence, claim) -> None:
        assert claim_of(tokens_of_text(sentence)) == claim

    @pytest.mark.parametrize(
        ("sentence", "missing"),
        [
            (
                "Light plays a critical role in producing and maintaining the oxygen of the sky.",
                "Light plays a critical role",
            ),
            (
                "The war started when the military junta based in the West launched an operation.",
                "The war started when the military junta",
            ),
            (
                "That's Maharashtra: a state in the western peninsular region of the subcontinent.",
                "That's Maharashtra: a state",
            ),
        ],
    )
    def test_do_not_end_before_they_say_anything(self, sentence, missing) -> None:
        assert claim_of(tokens_of_text(sentence)) != missing

    @pytest.mark.parametrize(
        "sentence",
        [
            "Sperm cells contribute about half of the whole genetic information to the baby.",
            "Is usually thought of as one of the most culturally significant figures of his era.",
        ],
    )
    def test_an_answer_never_breaks_off(self, sentence) -> None:
        words = tokens(sentence)
        shown = shots.closing(words, words).text
        assert "…" in shots.hook(words).claim
        assert "…" not in shown
        assert 1 < len(shown.split()) <= 12

    def test_a_hook_breaks_off_between_phrases(self) -> None:
        words = tokens(
            "Light plays a critical role in making and maintaining the oxygen of the sky."
        )
        assert shots.hook(words).claim == "Light plays a critical role …"

    def test_a_claim_has_its_subject(self) -> None:
        words = tokens(
            "Light plays a critical role in making and maintaining the oxygen of the sky."
        )
        assert shots.hook(words).claim.startswith("Light plays")

    def test_key_stands_in_the_claim(self) -> None:
        content = shots.hook(tokens("An octopus has three hearts, and two stop when it swims far."))
        assert content.key == "three hearts"
        assert content.key in content.claim
