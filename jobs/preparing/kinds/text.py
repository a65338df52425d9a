"""Kind `text`: one line or record is one sequence, for language modelling; or several that tell the same thing."""

from .base import Kind, Record, any_texts


class Text(Kind):
    name = "text"
    help = ('unlabelled text: {"text"} records (.jsonl, .csv, .tsv) or plain lines (.txt); a labelled file works too; {"texts": '
            "[...]} is one example of several sequences, such as spellings of one molecule")
    accepts_plain_text = True
    keeps_empty_texts = False

    def parse(self, fields: dict, where: str) -> Record:
        record = Record(tuple(any_texts(fields, where)))
        return Record(((record.told_once, None),)) if record.is_pair else record
