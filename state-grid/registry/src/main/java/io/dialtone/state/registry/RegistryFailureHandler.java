package io.dialtone.state.registry;

import org.jspecify.annotations.Nullable;

/**
 * Told once when a member of the registry is gone inside its process: the process must end, so that it does not live on dead inside. May be called by any thread;
 * {@code main} ends the process, tests take a note.
 */
@FunctionalInterface
public interface RegistryFailureHandler {
    /**
     * The member is gone.
     *
     * @param what happened, in words for an operator
     * @param cause Aeron's own word for it, if it has one
     */
    void onRegistryFailure(String what, @Nullable Throwable cause);
}
