package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.examples.RedirectService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Phones of others that register with a password, through an edge, at nodes of which one is killed. */
class RegistrationsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    private static final String HANDLER = RedirectService.class.getName();

    /** The handler, and what else stands in the service's part of the cluster file. SIPp looks at the first challenge only, and knows MD5 only. */
    private static final String SERVICE =
            HANDLER + ", affinity: address-of-record, realm: example.com, digest-algorithms: md5";

    private static final Map<String, String> PASSWORDS =
            Map.of("alice", "wonderland", "bob", "builder", "carol", "singer", "dave", "jones");
    private static final int PHONES = 4;

    @RegisterExtension
    final Stage stage = new Stage();

    private int runs;

    @Test
    void shouldKnowPhonesOfSippAndSipsakAlsoWhenTheirNodeHasDied() {
        final Platform platform = Platform.withGrid(stage, SERVICE, 3);
        final Capture capture = Capture.start(stage, List.of(platform.port()));

        for (final String user : PASSWORDS.keySet()) {
            final SippRun phones = register(platform, user, PASSWORDS.get(user), "200");
            assertEquals(PHONES, phones.successful(), phones::toString);
        }
        assertEquals(0, sipsak(platform, "builder"), "sipsak knows the password");
        assertTrue(sipsak(platform, "guessed") != 0, "sipsak does not know it");
        final SippRun stranger = register(platform, "alice", "guessed", "401");
        assertEquals(PHONES, stranger.successful(), stranger::toString);
        assertAllAreFound(platform, "before");

        platform.kill(ownerOf(platform, "alice@127.0.0.1"));
        assertAllAreFound(platform, "after");
        final SippRun again = register(platform, "alice", "wonderland", "200");
        assertEquals(PHONES, again.successful(), again::toString);
        capture.stop();

        assertTrue(capture.framesFrom(platform.port()) > 8L * PHONES);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
    }

    /** sipsak knows MD5 only and gives up at the first challenge, which is of SHA-256; but what it is told is right. */
    @Test
    void shouldChallengeInAWayThatTsharkUnderstands() {
        final Platform platform =
                Platform.inOneProcess(stage, HANDLER, "--affinity", "address-of-record", "--realm", "example.com");
        final Capture capture = Capture.start(stage, List.of(platform.port()));

        assertTrue(sipsak(platform, "builder") != 0);
        capture.stop();

        assertEquals(List.of(), capture.objectionsTo(platform.port()));
        final String algorithms =
                capture.values("sip.Status-Code==401", "sip.auth.algorithm").toString();
        assertTrue(algorithms.indexOf("SHA-256") < algorithms.indexOf("MD5"), algorithms);
    }

    private SippRun register(final Platform platform, final String user, final String password, final String status) {
        final SippRun phones = SippRun.named(stage, "register-" + user + "-" + ++runs)
                .scenario("register")
                .with("STATUS", status)
                .option("-s", user, "-au", user, "-ap", password)
                .calls(platform.address(), 20, PHONES);
        assertEquals(0, phones.awaitEnd(LONG_ENOUGH), phones::toString);
        return phones;
    }

    /** A call to each subscriber is told each phone, and one more to bob's. */
    private void assertAllAreFound(final Platform platform, final String when) {
        for (final String user : PASSWORDS.keySet()) {
            final SippRun caller = SippRun.named(stage, "call-" + user + "-" + when)
                    .scenario("uac-refused")
                    .with("STATUS", "302")
                    .option("-s", user)
                    .traced()
                    .calls(platform.address(), 10, 1);
            assertEquals(0, caller.awaitEnd(LONG_ENOUGH), caller::toString);
            final String trace = caller.trace();
            for (int line = 1; line <= PHONES; line++) {
                final String phone = "Contact: <sip:" + user + "@127.0.0.1:";
                assertTrue(trace.contains(phone) && trace.contains(";line=" + line + ">"), trace);
            }
            assertEquals(user.equals("bob"), trace.contains("<sip:bob@127.0.0.1:7777>"), trace);
        }
    }

    private int sipsak(final Platform platform, final String password) {
        final List<String> command = new ArrayList<>(List.of(
                Peer.SIPSAK.path(),
                "-U",
                "-C",
                "sip:bob@127.0.0.1:7777",
                "-s",
                "sip:bob@" + platform.address(),
                "-u",
                "bob",
                "-a",
                password,
                "-x",
                "600",
                "-vv"));
        return stage.start("sipsak-" + password, command).awaitExit(Duration.ofSeconds(40));
    }

    private static String ownerOf(final Platform platform, final String key) {
        return platform.members().stream()
                .filter(member -> member.startsWith("node-"))
                .filter(member -> platform.callsOf(Set.of(member)).test(key))
                .findFirst()
                .orElseThrow();
    }
}
