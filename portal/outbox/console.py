"""Mail to the console, as a person reads it: without a mail server the links in it must be seen."""

from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    def write_message(self, message) -> None:
        head = f"--- mail → {', '.join(message.recipients())} [{message.subject}]"
        names = "".join(f"[{each.filename}]\n" for each in message.attachments)
        self.stream.write(f"\n{head}\n{message.body}\n{names}---\n")
