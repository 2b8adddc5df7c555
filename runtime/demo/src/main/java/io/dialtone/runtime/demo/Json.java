package io.dialtone.runtime.demo;

/** Writes nested JSON objects of numbers and strings, which is all that a report needs. Not thread safe. */
final class Json {
    private static final String INDENT = "  ";

    private final StringBuilder text = new StringBuilder(512);
    private int depth;
    private boolean first = true;

    void open() {
        text.append('{');
        depth++;
        first = true;
    }

    void open(final String name) {
        name(name);
        open();
    }

    void close() {
        depth--;
        if (!first) {
            text.append('\n').append(INDENT.repeat(depth));
        }
        text.append('}');
        first = false;
    }

    void number(final String name, final long value) {
        number(name, Long.toString(value));
    }

    void number(final String name, final String digits) {
        name(name);
        text.append(digits);
    }

    void field(final String name, final String value) {
        name(name);
        quote(value);
    }

    private void name(final String name) {
        text.append(first ? "\n" : ",\n").append(INDENT.repeat(depth));
        first = false;
        quote(name);
        text.append(": ");
    }

    private void quote(final String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            final char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
