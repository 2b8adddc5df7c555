package io.dialtone.state.membership;

import io.dialtone.state.api.MemberProcess;

/** Processes that introduce themselves. */
final class Processes {
    private Processes() {}

    static MemberProcess node(final int number, final long incarnation) {
        return new MemberProcess(
                "node-" + number,
                MemberProcess.Role.NODE,
                number,
                incarnation,
                "host-" + number,
                "zone-a",
                "127.0.0.1:2001" + number,
                "127.0.0.1:2101" + number);
    }
}
