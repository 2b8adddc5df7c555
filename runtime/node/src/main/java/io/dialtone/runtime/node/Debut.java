package io.dialtone.runtime.node;

import io.dialtone.runtime.link.LinkLoop;
import io.dialtone.runtime.link.LinkUnavailableException;
import io.dialtone.runtime.rehearsal.Rehearsal;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.registry.SessionFigures;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a node that comes to others rehearse before it asks for slots: they serve meanwhile, and its first calls then come to code that is compiled. Where nobody has a session it
 * does not wait. Called by the thread of its {@link RegistryDoor}; built and closed by the main thread.
 */
final class Debut implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Debut.class.getName());

    /** Where compilers have no processor to work on they seem to rest. */
    private static final long CALLS_MIN = 1_000;

    /** If none of those that the map knows is heard by then, they were killed with the node that this one replaces. A process that starts beside busy ones hears them late. */
    static final long HEARING_NS = TimeUnit.SECONDS.toNanos(2);

    /** What is done on a thread of its own, for as long as it is told to go on. */
    @FunctionalInterface
    interface Stage {
        void rehearse(BooleanSupplier goesOn);
    }

    private final int self;
    private final Predicate<GridMember> isAlive;
    private final @Nullable Stage stage;
    private @Nullable Thread rehearsal;
    private boolean othersServe;
    private long beganNs;
    private volatile boolean isOver;

    /**
     * @param self number of this node
     * @param isAlive whether the process that the map knows is heard
     * @param stage what to do first; null for nothing
     */
    Debut(final int self, final Predicate<GridMember> isAlive, final @Nullable Stage stage) {
        this.self = self;
        this.isAlive = isAlive;
        this.stage = stage;
    }

    /** A stage on which calls are made within this process until the compilers rest, or for so long. */
    static @Nullable Stage ofCalls(final long nsMax, final Supplier<LinkLoop> loops) {
        return nsMax == 0 ? null : goesOn -> rehearse(nsMax, loops, goesOn);
    }

    private static void rehearse(final long nsMax, final Supplier<LinkLoop> loops, final BooleanSupplier goesOn) {
        final long beganNs = System.nanoTime();
        final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        final CompilerRest rest = new CompilerRest(compilers::getTotalCompilationTime, beganNs);
        try (LinkLoop loop = loops.get();
                Rehearsal rehearsal = new Rehearsal(loop.endpoints())) {
            final long calls = rehearsal.run(
                    nsMax,
                    () -> goesOn.getAsBoolean()
                            && (rehearsal.calls() < CALLS_MIN || !rest.isResting(System.nanoTime())));
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "rehearsed {0} calls in {1} ms",
                    calls,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs));
        } catch (LinkUnavailableException e) {
            LOGGER.log(System.Logger.Level.INFO, "nothing is rehearsed: {0}", e.getMessage());
        }
    }

    /** True if the node may ask to be a member. */
    boolean isReady(final SlotMap map, final SessionFigures figures, final long nowNs) {
        if (rehearsal == null) {
            if (stage == null || map.members().stream().noneMatch(other -> isServing(other, figures))) {
                return true;
            }
            beganNs = nowNs;
            rehearsal = Thread.ofPlatform().name("rehearsal").daemon().start(() -> stage.rehearse(() -> !isOver));
        }
        final List<GridMember> serving = map.members().stream()
                .filter(other -> isServing(other, figures))
                .toList();
        othersServe |= serving.stream().anyMatch(isAlive);
        isOver |= !othersServe && (serving.isEmpty() || nowNs - beganNs > HEARING_NS);
        return !rehearsal.isAlive();
    }

    private boolean isServing(final GridMember other, final SessionFigures figures) {
        return other.number() != self && figures.of(other.number()) > 0;
    }

    @Override
    public void close() {
        isOver = true;
    }
}
