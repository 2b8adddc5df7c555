package io.dialtone.runtime.link;

import org.jspecify.annotations.Nullable;

/**
 * Told once when the corridor is gone for good: the process must end, so that it does not live on dead inside. May be called by any thread;
 * {@code main} ends the process, tests take a note.
 */
@FunctionalInterface
public interface LinkFailureHandler {
    /**
     * The corridor is gone.
     *
     * @param what happened, in words for an operator
     * @param cause Aeron's own word for it, if it has one
     */
    void onLinkFailure(String what, @Nullable Throwable cause);
}
