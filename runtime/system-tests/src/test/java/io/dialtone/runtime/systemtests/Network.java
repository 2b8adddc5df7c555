package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hosts of their own on one machine, that a test parts and joins as it likes: a network namespace for each, and a {@link Switch} in this process between them. What is cut is cut
 * without a word, as by a switch that lost its table. Needs root, {@code ip} and {@code /dev/net/tun}. Used by the thread of one test.
 */
final class Network implements AutoCloseable {
    private static final int FIRST_HOST = 11;
    private static final int TEST_HOST = 1;

    private final String prefix =
            "dt" + Integer.toHexString(ThreadLocalRandom.current().nextInt(0x1000, 0x10000));
    private final String subnet = "10." + ThreadLocalRandom.current().nextInt(180, 250) + "."
            + ThreadLocalRandom.current().nextInt(1, 250) + ".";
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Switch center = new Switch();

    private Network() {}

    /** Whether this process may make such things here. */
    static boolean isAvailable() {
        return succeeds("sh", "-c", "command -v ip && [ -c /dev/net/tun ] && [ $(id -u) -eq 0 ]")
                && succeeds("unshare", "-n", "ip", "tuntap", "add", "dev", "t0", "mode", "tap");
    }

    /** Makes the hosts; they are gone at the end of the test. */
    static Network of(final Stage stage, final List<String> hosts) {
        final Network network = new Network();
        stage.closeAtEnd(network);
        network.make(hosts);
        return network;
    }

    private void make(final List<String> hosts) {
        final String own = prefix + "own";
        final int ownPort = center.plug(own);
        run("ip", "link", "set", own, "address", Switch.addressOf(ownPort));
        run("ip", "address", "add", subnet + TEST_HOST + "/24", "dev", own);
        run("ip", "link", "set", own, "up");
        for (final String host : hosts) {
            final String space = nameOf(host);
            final String cable = prefix + addresses.size();
            final String address = subnet + (FIRST_HOST + addresses.size());
            run("ip", "netns", "add", space);
            addresses.put(host, address);
            final int port = center.plug(cable);
            ports.put(host, port);
            run("ip", "link", "set", cable, "netns", space, "name", "eth0");
            inside(host, "ip", "link", "set", "lo", "up");
            inside(host, "ip", "link", "set", "eth0", "address", Switch.addressOf(port));
            inside(host, "ip", "address", "add", address + "/24", "dev", "eth0");
            inside(host, "ip", "link", "set", "eth0", "up");
        }
        center.start();
    }

    List<String> hosts() {
        return List.copyOf(addresses.keySet());
    }

    /** What the host is called, on this machine and no other test's. */
    String nameOf(final String host) {
        return prefix + "-" + host;
    }

    String address(final String host) {
        return Objects.requireNonNull(addresses.get(host), host);
    }

    /** The command, as it is run on the host. */
    List<String> on(final String host, final List<String> command) {
        final List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", nameOf(host)));
        all.addAll(command);
        return all;
    }

    /** Nothing that these send is heard by those any more. */
    void cut(final List<String> from, final List<String> to) {
        set(Switch.Way.CUT, from, to);
    }

    /** Neither side hears the other any more. */
    void part(final List<String> some, final List<String> others) {
        cut(some, others);
        cut(others, some);
    }

    /** What these send goes this way to those. */
    void set(final Switch.Way way, final List<String> from, final List<String> to) {
        forEachPair(from, to, (sender, receiver) -> center.set(portOf(sender), portOf(receiver), way));
    }

    /** All hear each other again. */
    void heal() {
        center.heal();
    }

    private int portOf(final String host) {
        return Objects.requireNonNull(ports.get(host), host);
    }

    private interface Pair {
        void accept(String sender, String receiver);
    }

    private static void forEachPair(final List<String> from, final List<String> to, final Pair pair) {
        for (final String sender : from) {
            for (final String receiver : to) {
                if (!sender.equals(receiver)) {
                    pair.accept(sender, receiver);
                }
            }
        }
    }

    private void inside(final String host, final String... command) {
        run(on(host, List.of(command)).toArray(new String[0]));
    }

    static boolean succeeds(final String... command) {
        try {
            return start(command).waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void run(final String... command) {
        try {
            final Process process = start(command);
            final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            final int exit = process.waitFor();
            if (exit != 0) {
                throw new AssertionError(String.join(" ", command) + " ended with " + exit + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static Process start(final String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** The interfaces go away with their ends in the switch. */
    @Override
    public void close() {
        center.close();
        addresses.keySet().forEach(host -> run("ip", "netns", "delete", nameOf(host)));
    }
}
