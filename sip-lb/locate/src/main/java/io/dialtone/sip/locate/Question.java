package io.dialtone.sip.locate;

import java.util.Locale;

/**
 * What a DNS server is asked. Immutable.
 *
 * @param name in lower case, without its last dot
 */
public record Question(String name, RecordType type) {
    private static final int NAME_CHARS_MAX = 253;
    private static final int LABEL_CHARS_MAX = 63;

    public Question {
        name = plain(name);
    }

    /** A name as we compare it. */
    public static String plain(final String name) {
        final String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** True if this can be asked for: whatever a peer or a server writes is checked here first. */
    static boolean isName(final String text) {
        final String name = plain(text);
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            return false;
        }
        int labelChars = 0;
        for (int i = 0; i < name.length(); i++) {
            final char c = name.charAt(i);
            if (c == '.') {
                if (labelChars == 0) {
                    return false;
                }
                labelChars = 0;
            } else {
                final boolean isFit = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
                labelChars++;
                if (!isFit || labelChars > LABEL_CHARS_MAX) {
                    return false;
                }
            }
        }
        return labelChars > 0;
    }
}
