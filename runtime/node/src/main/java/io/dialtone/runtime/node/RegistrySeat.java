package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.state.registry.RegistryCounter;
import io.dialtone.state.registry.RegistryMember;
import io.dialtone.state.registry.RegistryMemberSettings;
import io.dialtone.state.registry.RegistryUnavailableException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * This process's part of the registry, if it has one. Built and closed by the main thread; any thread may ask.
 *
 * <p>If the registry's part ends while the process lives, because its disk is full or was gone for long, the process goes on: with it would go the media driver of a host, and
 * so all calls of the machine, which need no registry as long as nothing changes hands. It is started again until that works.
 */
final class RegistrySeat implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(RegistrySeat.class.getName());
    private static final long RETRY_MS = 2_000;
    private static final long END_MS = 10_000;

    private final @Nullable RegistryMemberSettings settings;
    private final Semaphore failures = new Semaphore(0);
    private final @Nullable Thread keeper;
    private volatile @Nullable RegistryMember member;
    private volatile String problem = "";
    private final AtomicLong restarts = new AtomicLong();

    private RegistrySeat() {
        settings = null;
        keeper = null;
    }

    private RegistrySeat(final RegistryMemberSettings settings) {
        this.settings = settings;
        member = RegistryMember.start(settings, (what, cause) -> onFailure(what));
        keeper = Thread.ofPlatform().name("registry-keeper").daemon().start(() -> keep(settings));
    }

    /** Takes the seat; does nothing if there is none for this process. */
    static RegistrySeat take(final Optional<RegistryMemberSettings> seat) throws UnavailableException {
        try {
            return seat.isPresent() ? new RegistrySeat(seat.get()) : new RegistrySeat();
        } catch (RegistryUnavailableException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    private void onFailure(final String what) {
        problem = what;
        LOGGER.log(
                System.Logger.Level.ERROR,
                "{0}. Calls go on; without a majority of the registry nothing changes hands. It is started again every {1} ms until that works.",
                what,
                RETRY_MS);
        failures.release();
    }

    private void keep(final RegistryMemberSettings itsSettings) {
        try {
            while (true) {
                failures.acquire();
                failures.drainPermits();
                closeMember();
                while (!startAgain(itsSettings)) {
                    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // we are closed
        }
    }

    private boolean startAgain(final RegistryMemberSettings itsSettings) {
        try {
            member = RegistryMember.start(itsSettings, (what, cause) -> onFailure(what));
            problem = "";
            restarts.incrementAndGet();
            LOGGER.log(System.Logger.Level.WARNING, "registry member {0} runs again", itsSettings.self());
            return true;
        } catch (RegistryUnavailableException e) {
            final String why = String.valueOf(e.getMessage());
            if (!why.equals(problem)) {
                problem = why;
                LOGGER.log(System.Logger.Level.ERROR, "{0}", why);
            }
            return false;
        }
    }

    private void closeMember() {
        final RegistryMember old = member;
        member = null;
        if (old != null) {
            old.close();
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

    /** "leader", "follower", "down" while it is being started again, or "none" if this process does not keep the registry. */
    String role() {
        final RegistryMember now = member;
        return settings == null
                ? "none"
                : now == null || !problem.isEmpty() ? "down" : now.isLeader() ? "leader" : "follower";
    }

    /** Why it is down; empty if it is not. */
    String problem() {
        return problem;
    }

    /** Adds how it is. */
    void status(final ObjectNode status) {
        status.put("registry", role());
        if (!problem.isEmpty()) {
            status.put("registryProblem", problem);
        }
    }

    /** Adds what it counts, if this process keeps the registry. */
    void metrics(final MetricsPage page) {
        if (settings == null) {
            return;
        }
        page.gauge("dialtone_registry_up", "1 while this process's part of the registry works.")
                .sample(problem.isEmpty() ? 1 : 0);
        page.gauge("dialtone_registry_leader", "1 while it leads the registry.")
                .sample(role().equals("leader") ? 1 : 0);
        page.counter("dialtone_registry_restarts_total", "Times that it was started again after it had failed.")
                .sample(restarts.get());
        final RegistryMember now = member;
        for (final RegistryCounter counter : RegistryCounter.ofMembers()) {
            page.counter("dialtone_registry_" + counter.name().toLowerCase(Locale.ROOT) + "_total", counter.sentence())
                    .sample(now == null ? 0 : now.count(counter));
        }
    }

    @Override
    public void close() {
        if (keeper != null) {
            keeper.interrupt();
            try {
                keeper.join(END_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        closeMember();
    }
}
