package io.dialtone.runtime.link;

/** The corridor could not be set up; the message is for the operator. Never thrown on the message path. */
public final class LinkUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LinkUnavailableException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
