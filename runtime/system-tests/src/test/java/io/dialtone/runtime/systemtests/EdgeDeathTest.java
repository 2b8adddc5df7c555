package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An edge dies with all its connections while calls are up. The phones come back by another edge and say something within their calls; from then on they are reached there, and
 * what was lost on its way is sent again. With {@code -Ddialtone.calls=2000} there are so many.
 */
class EdgeDeathTest {
    private static final Path AUTHORITY =
            Path.of("src/test/resources/tls/ca.pem").toAbsolutePath();
    private static final List<String> NODES = List.of("node-1", "node-2");
    private static final int PHONES = Integer.getInteger("dialtone.calls", 150);
    /** When the service has something to say to each phone: some have come back by then, some have not. */
    private static final int REFRESHED_AFTER_S = 8 + PHONES / 50;
    /** Handshakes under way. */
    private static final int AT_A_TIME = 16;

    @RegisterExtension
    final Stage stage = new Stage();

    /** Something that a phone does. */
    @FunctionalInterface
    private interface Deed {
        void by(TlsPhone phone) throws IOException;
    }

    @Test
    void shouldReachPhonesWhereTheyComeBackWhenTheirEdgeDies() throws IOException {
        final int first = Ports.free();
        final int second = Ports.free();
        final Platform platform = platform(first, second);
        final List<TlsPhone> phones = phones();
        final List<TlsPhone> early = phones.subList(0, PHONES / 2);
        final List<TlsPhone> late = phones.subList(PHONES / 2, PHONES);

        each(phones, phone -> {
            phone.connect(first);
            phone.call("refresh-" + REFRESHED_AFTER_S);
        });
        assertEquals(PHONES, sum(platform, "dialogs-confirmed"));
        platform.kill("edge-1");
        each(early, phone -> {
            phone.awaitLoss();
            phone.connect(second);
            phone.ask("OPTIONS");
        });
        each(early, phone -> phone.answer("UPDATE"));
        Await.until(
                "the service has spoken to all",
                Duration.ofMinutes(2),
                () -> sent(platform) >= PHONES,
                platform::toString);
        each(late, phone -> {
            phone.awaitLoss();
            phone.connect(second);
            phone.ask("OPTIONS");
            phone.answer("UPDATE");
        });
        each(phones, phone -> phone.ask("BYE"));

        Await.until("no session is left", Duration.ofMinutes(1), () -> sessions(platform) == 0, platform::toString);
    }

    /** The phones say nothing in their calls: it is enough that they register by another edge, some before the service hangs up and some after. */
    @Test
    void shouldHangUpOnPhonesThatHaveOnlyRegisteredAgainWhenTheirEdgeDies() throws IOException {
        final int first = Ports.free();
        final int second = Ports.free();
        final Platform platform = platform(first, second);
        final List<TlsPhone> phones = phones();
        final List<TlsPhone> early = phones.subList(0, PHONES / 2);
        final List<TlsPhone> late = phones.subList(PHONES / 2, PHONES);

        each(phones, phone -> {
            phone.connect(first);
            phone.register();
            phone.call("hang-up-" + REFRESHED_AFTER_S);
        });
        platform.kill("edge-1");
        each(early, phone -> {
            phone.awaitLoss();
            phone.connect(second);
            phone.register();
        });
        each(early, phone -> phone.answer("BYE"));
        Await.until(
                "the service has hung up on all",
                Duration.ofMinutes(2),
                () -> sent(platform) >= PHONES,
                platform::toString);
        each(late, phone -> {
            phone.awaitLoss();
            phone.connect(second);
            phone.register();
            phone.answer("BYE");
        });

        Await.until("no session is left", Duration.ofMinutes(1), () -> sessions(platform) == 0, platform::toString);
        assertEquals(0, sum(platform, "requests-timed-out"));
    }

    private Platform platform(final int first, final int second) {
        return Platform.withGridAndEdges(
                stage,
                PatientService.class.getName(),
                NODES.size(),
                List.of("tls:127.0.0.1:" + first, "tls:127.0.0.1:" + second),
                "sip: { tls-certificates: \"" + AUTHORITY.resolveSibling("first.pem") + "\", tls-keys: \""
                        + AUTHORITY.resolveSibling("first.key") + "\" }\n",
                "--class-path",
                Dialtone.testClasses());
    }

    private List<TlsPhone> phones() throws IOException {
        final SSLContext context = TlsBridge.believing(AUTHORITY);
        final List<TlsPhone> phones = IntStream.range(0, PHONES)
                .mapToObj(i -> new TlsPhone(context, "phone" + i))
                .toList();
        phones.forEach(stage::closeAtEnd);
        return phones;
    }

    private static long sessions(final Platform platform) {
        return NODES.stream()
                .mapToLong(node -> platform.status(node)
                        .path("services")
                        .path(0)
                        .path("sessions")
                        .asLong())
                .sum();
    }

    /** Requests that the service has sent. */
    private static long sent(final Platform platform) {
        return sum(platform, "requests-sent");
    }

    private static long sum(final Platform platform, final String counter) {
        return NODES.stream()
                .mapToLong(node -> platform.status(node)
                        .path("counters")
                        .path("sip." + counter)
                        .asLong())
                .sum();
    }

    private static void each(final List<TlsPhone> phones, final Deed deed) {
        final List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            phones.forEach(phone -> all.add(threads.submit(() -> {
                deed.by(phone);
                return phone;
            })));
        }
        for (final Future<?> one : all) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }
}
