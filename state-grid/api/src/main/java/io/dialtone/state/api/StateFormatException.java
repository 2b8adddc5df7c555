package io.dialtone.state.api;

/** Bytes that should be a session's state are not, or a type cannot be one. Its message says where and why, for people. */
public final class StateFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StateFormatException(final String message) {
        super(message);
    }
}
