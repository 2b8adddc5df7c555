package io.dialtone.runtime.sip;

/** A handler asks for more than there is room for, through no fault of its own: its request is refused in the protocol's words. */
final class NoRoomException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoRoomException(final String message) {
        super(message);
    }
}
