package io.dialtone.state.membership;

import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.Membership;
import io.dialtone.state.api.MembershipListener;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Says what a membership costs a process, and when it hears what: {@code MembershipCost NUMBER SECONDS PORT...}, once for each port. docs/architecture/membership.md has figures
 * of it.
 */
final class MembershipCost {
    private MembershipCost() {}

    public static void main(final String[] arguments) throws InterruptedException {
        final int number = Integer.parseInt(arguments[0]);
        final int seconds = Integer.parseInt(arguments[1]);
        final List<String> ports = Arrays.asList(arguments).subList(2, arguments.length);
        final List<String> seeds =
                ports.stream().map(port -> "127.0.0.1:" + port).toList();
        final int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
        final long begin = System.nanoTime();
        final Membership membership = HazelcastMembership.start(
                MembershipSettings.of(
                        "cost", "127.0.0.1", Integer.parseInt(ports.get(number)), new Discovery.Seeds(seeds)),
                Processes.node(number, 100 + number),
                new Teller());
        while (membership.state() != Membership.State.RUNNING) {
            Thread.sleep(10);
        }
        say("running after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        Thread.sleep(5_000);
        membership.say(10, 1_000);
        final long cpuBefore = cpuNs();
        Thread.sleep(seconds * 1_000L);
        System.gc();
        say(String.format(
                Locale.ROOT,
                "%d processes, %d threads more, %.2f %% of a core while idle, %d KiB of heap in use",
                membership.processes().size(),
                ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore,
                (cpuNs() - cpuBefore) / 1e7 / seconds,
                (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1024));
        Thread.sleep(seconds * 1_000L);
        membership.close();
        say("closed");
    }

    private static long cpuNs() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void say(final String words) {
        System.out.println(Clock.systemUTC().instant() + " " + words);
    }

    private static final class Teller implements MembershipListener {
        @Override
        public void onJoined(final MemberProcess process) {
            say(process.name() + " joined");
        }

        @Override
        public void onLeft(final MemberProcess process) {
            say(process.name() + " left");
        }

        @Override
        public void onDeathHint(final int number, final long incarnation, final DeathHint why) {
            say(number + "/" + incarnation + " " + why);
        }
    }
}
