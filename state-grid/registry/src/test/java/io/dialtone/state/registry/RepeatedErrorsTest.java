package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Errors that come again and again; the clock is the test's. */
class RepeatedErrorsTest {
    private final RepeatedErrors errors = new RepeatedErrors();

    @Test
    void shouldLetAnErrorBeSaidOnceInAWhile() {
        assertTrue(errors.isToBeSaid("no leader", 5));
        assertTrue(errors.isToBeSaid("another", 6));
        assertFalse(errors.isToBeSaid("no leader", 5 + RepeatedErrors.AGAIN_NS - 1));
        assertTrue(errors.isToBeSaid("no leader", 5 + RepeatedErrors.AGAIN_NS));
    }

    @Test
    void shouldTakeForOneErrorWhatDiffersInNumbersOnly() {
        assertTrue(errors.isToBeSaid("response for correlationId=259, error: no such replay", 5));
        assertFalse(errors.isToBeSaid("response for correlationId=1063, error: no such replay", 6));
    }

    @Test
    void shouldRememberABoundedNumberOfThem() {
        for (int i = 0; i <= RepeatedErrors.TEXTS_MAX; i++) {
            assertTrue(errors.isToBeSaid("error" + "!".repeat(i), 0));
        }

        assertTrue(errors.isToBeSaid("error", 0), "it was forgotten to make room");
        assertFalse(errors.isToBeSaid("error" + "!".repeat(RepeatedErrors.TEXTS_MAX), 0));
    }
}
