package io.dialtone.runtime.node;

import io.dialtone.state.registry.RegistryMember;
import io.dialtone.state.registry.RegistryMemberSettings;
import io.dialtone.state.registry.RegistryUnavailableException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** This process's part of the registry, if it has one. Built and closed by the main thread. */
final class RegistrySeat implements AutoCloseable {
    private final @Nullable RegistryMember member;
    private final @Nullable RegistryMemberSettings settings;

    private RegistrySeat(final @Nullable RegistryMember member, final @Nullable RegistryMemberSettings settings) {
        this.member = member;
        this.settings = settings;
    }

    /** Takes the seat; does nothing if there is none for this process. If the registry's part of it dies, so does the process. */
    static RegistrySeat take(final Optional<RegistryMemberSettings> seat, final StopSignal stop)
            throws UnavailableException {
        if (seat.isEmpty()) {
            return new RegistrySeat(null, null);
        }
        try {
            return new RegistrySeat(
                    RegistryMember.start(seat.get(), (what, cause) -> stop.stop(what, ExitCode.UNAVAILABLE)),
                    seat.get());
        } catch (RegistryUnavailableException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    void say(final RoleProcess process) {
        if (settings != null) {
            process.say(
                    "registry",
                    "member " + settings.self() + " of " + settings.peers().size() + ", log in "
                            + settings.directory());
        }
    }

    /** "leader", "follower", or "none" if this process does not keep the registry. */
    String role() {
        return member == null ? "none" : member.isLeader() ? "leader" : "follower";
    }

    @Override
    public void close() {
        if (member != null) {
            member.close();
        }
    }
}
