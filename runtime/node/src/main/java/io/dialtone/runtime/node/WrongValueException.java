package io.dialtone.runtime.node;

/** Says that the text of a setting cannot be read; its message says what was expected. Thrown at start only. */
final class WrongValueException extends Exception {
    private static final long serialVersionUID = 1;

    WrongValueException(final String expected) {
        super(expected, null, false, false);
    }

    String expected() {
        return String.valueOf(getMessage());
    }
}
