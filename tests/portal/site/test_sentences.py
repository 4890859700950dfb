"""Each type of event that the code can write has its sentence, in both languages."""

from django.utils import translation

from portal.site.audit.sentences import PAST, SENTENCES, TOPICS, sentence
from tests.pages import CHINESE
from tests.portal.audit.types_written import types_written


def test_the_table_holds_what_can_be_written_and_nothing_else():
    written, doubts = types_written()
    assert doubts == [], "say the type where it is recorded, so that it can be read off"
    assert written - SENTENCES.keys() == set(), "these want a sentence"
    assert SENTENCES.keys() - written == set(), "nothing writes these"
    assert len(written) > 60


def test_no_type_stands_in_two_topics():
    assert sum(len(topic.types) for topic in TOPICS) == len(SENTENCES)


def test_each_sentence_has_its_english():
    with translation.override("en"):
        for type_ in [*SENTENCES, *PAST]:
            assert not CHINESE.search(sentence(type_)), type_
