"""Kind `text`: one line or record is one sequence, for language modelling."""

from .base import Kind, Record, text_or_pair


class Text(Kind):
    name = "text"
    help = 'unlabelled text: {"text"} records (.jsonl, .csv, .tsv) or plain lines (.txt); a labelled file works too'
    accepts_plain_text = True
    keeps_empty_texts = False

    def parse(self, fields: dict, where: str) -> Record:
        first, second = text_or_pair(fields, where)
        return Record(((first if second is None else f"{first} {second}", None),))
