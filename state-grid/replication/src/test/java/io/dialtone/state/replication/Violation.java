package io.dialtone.state.replication;

/** A simulated world has broken a promise of the grid. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(final String what) {
        super(what);
    }
}
