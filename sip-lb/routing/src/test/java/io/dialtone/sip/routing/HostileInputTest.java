package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Broken, random and cunning input from a seed: nothing is thrown, and nothing leaves for anybody but backends and the sender. */
final class HostileInputTest {
    private static final List<InetSocketAddress> BACKENDS = List.of(address(FIRST_BACKEND), address(SECOND_BACKEND));
    private static final String[] PIECES = {
        "\r\n",
        ",",
        ";",
        "<",
        ">",
        "\"",
        "%00",
        " ",
        "\t",
        "[::1]",
        "255.255.255.255",
        "Route: <sip:198.51.100.1;lr>\r\n",
        "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKdtaaaaaaaaaaaaa;dt=aaaaaaaaaaaaaaaaaaaaa\r\n",
        ";dt=",
        ";lr",
        ";maddr=224.0.0.1",
        ";received=203.0.113.66",
        ";rport=7",
        "sip:",
        "tel:",
        "=",
        "\0",
        "é",
        "@",
        ":",
        "0"
    };

    private final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND)
            .limits(ProxyConfig.Limits.defaults().withMemoryEntries(1 << 10).withRefusalsPerSecond(10_000_000)));

    private List<String> seeds() {
        final List<String> seeds = new ArrayList<>();
        final CapturingEgress.Sent invite = proxy.receive(request(
                        "INVITE", "sip:bob@example.com", "call-1", "z9hG4bKa1;rport", 1, "", "Proxy-Require: x"))
                .sent();
        seeds.add(invite("call-1", "z9hG4bKa1"));
        final CapturingEgress.Sent good =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        assertTrue(invite.text().startsWith("SIP/2.0 420"));
        seeds.add(good.text());
        seeds.add(response(200, good));
        seeds.add(request(
                "BYE",
                "sip:bob@203.0.113.9",
                "call-1",
                "z9hG4bKa2",
                2,
                "bob1",
                "Route: " + good.header("Record-Route")));
        seeds.add(request(
                "BYE",
                good.header("Record-Route").replaceAll("[<>]", ""),
                "call-1",
                "z9hG4bKa2",
                2,
                "bob1",
                "Route: <sip:a@b>, <sip:c>",
                "Route: <sip:203.0.113.1>"));
        seeds.add(request("OPTIONS", "sip:198.51.100.1", "call-1", "z9hG4bKa2", 2, ""));
        return seeds;
    }

    @Test
    void shouldSurviveMutatedMessages() {
        final List<String> seeds = seeds();
        for (long seed = 1; seed <= 40_000; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            for (int i = random.nextInt(4); i >= 0; i--) {
                mutate(text, random);
            }
            receiveAndCheck(text.toString().getBytes(StandardCharsets.ISO_8859_1), seed);
        }
        assertTrue(proxy.count(ProxyCounter.REQUESTS_FORWARDED) > 1_000, "the mutations are too wild to say anything");
        assertTrue(proxy.count(ProxyCounter.REFUSED_MALFORMED) > 100, "the mutations are too tame to say anything");
    }

    @Test
    void shouldSurviveRandomBytes() {
        for (long seed = 1; seed <= 20_000; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                final byte[] start = "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nRoute: "
                        .getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(start, 0, bytes, 0, Math.min(start.length, bytes.length));
            }
            receiveAndCheck(bytes, seed);
        }
        assertEquals(0, proxy.count(ProxyCounter.FROM_BACKEND));
    }

    private void receiveAndCheck(final byte[] bytes, final long seed) {
        try {
            proxy.receive(bytes, CALLER, 0);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
        }
        for (final CapturingEgress.Sent sent : proxy.egress.sent) {
            assertTrue(
                    BACKENDS.contains(sent.to()) || sent.to().getAddress().equals(CALLER.getAddress()),
                    "seed " + seed + ": sent to " + sent.to() + "\n" + sent.text());
        }
        proxy.egress.sent.clear();
    }

    private static void mutate(final StringBuilder text, final SplittableRandom random) {
        final int at = random.nextInt(text.length());
        switch (random.nextInt(6)) {
            case 0 -> text.setCharAt(at, (char) random.nextInt(256));
            case 1 -> text.deleteCharAt(at);
            case 2 -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
            case 3 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
            case 4 -> {
                final int line = Math.max(0, text.lastIndexOf("\r\n", at));
                text.insert(line, "\r\n" + PIECES[random.nextInt(PIECES.length)].strip());
            }
            default -> {
                final int from = random.nextInt(text.length());
                text.insert(at, text.substring(from, Math.min(text.length(), from + random.nextInt(60))));
            }
        }
        if (text.isEmpty()) {
            text.append('x');
        }
    }
}
