package io.dialtone.runtime.node;

/** Ends a command because something outside is missing; its message is for the operator. */
final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    UnavailableException(final String message) {
        super(message, null, false, false);
    }
}
