"""What mail from the field must come to."""

from field import NEW_PLATFORM, Expected

FOLDERS: dict[str, Expected] = {}

NOT_YET: dict[str, str] = {
    "forum/m01-mbox-year-before-time": NEW_PLATFORM,
    "forum/m02-mbox-mixed-dividers": NEW_PLATFORM,
    "forum/m03-sympa-archive-zip": NEW_PLATFORM,
    "forum/m04-takeout-google-groups": NEW_PLATFORM,
    "forum/m05-auto-replies-of-other-languages": NEW_PLATFORM,
    "forum/m06-reply-marks-of-other-languages": NEW_PLATFORM,
    "forum/m07-external-tag": NEW_PLATFORM,
    "forum/m08-dates-of-mails": NEW_PLATFORM,
    "forum/m08b-one-clock-of-2000": NEW_PLATFORM,
    "forum/m09-charsets": NEW_PLATFORM,
    "forum/m10-from-lines-in-bodies": NEW_PLATFORM,
    "forum/m11-digests-and-list-programs": NEW_PLATFORM,
    "forum/m14-folder-of-eml": NEW_PLATFORM,
    "forum/m16-apple-mail-mbox-folder": NEW_PLATFORM,
    "forum/m19-listserv-log": NEW_PLATFORM,
    "forum/m20-gmail-takeout-labels": NEW_PLATFORM,
    "forum/m21b-x500-senders": NEW_PLATFORM,
    "forum/m21c-pst-people-inside-and-outside": NEW_PLATFORM,
}
