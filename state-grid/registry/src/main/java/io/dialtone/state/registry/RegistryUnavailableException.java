package io.dialtone.state.registry;

/** A member of the registry could not be started; the message is for the operator. Never thrown on the message path. */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(final String message) {
        super(message);
    }

    RegistryUnavailableException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
