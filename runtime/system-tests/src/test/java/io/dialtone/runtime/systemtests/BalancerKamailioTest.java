package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stateful, record-routing Kamailio before and after the balancer. */
class BalancerKamailioTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    @RegisterExtension
    final Stage stage = new Stage();

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "uac,          uas,          ,    ",
        "uac-reinvite, uas-reinvite, ,    ",
        "uac-cancel,   uas-cancel,   ,    ",
        "uac-refused,  uas-refuse,   486, 486 Busy Here",
        "uac-refused,  uas-refuse,   404, 404 Not Found",
        "uac,          uas-lossy,    ,    "
    })
    void shouldFitBetweenTwoKamailios(
            final String caller, final String callee, final String status, final String statusLine) {
        final SippRun uas = SippRun.named(stage, "uas")
                .scenario(callee)
                .with("STATUS_LINE", statusLine == null ? "" : statusLine)
                .with("EXTRA", "X-Test: yes")
                .answers();
        final KamailioHop after = KamailioHop.start(stage, "kamailio-after", uas.address());
        final KamailioHop afterToo = KamailioHop.start(stage, "kamailio-after-too", uas.address());
        final Balancer balancer = Balancer.start(stage, List.of(after.address(), afterToo.address()));
        final KamailioHop before = KamailioHop.start(stage, "kamailio-before", balancer.address());

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario(caller)
                .with("STATUS", status == null ? "" : status)
                .option("-d", "100", "-max_retrans", "12", "-max_invite_retrans", "12")
                .calls(before.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        uas.finish();
        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(0, uas.failed() + uas.unexpected(), uas::toString);
        assertEquals(0, balancer.counter("tokens.forged"));
        assertEquals(0, balancer.counter("dropped.stray-response"));
    }
}
