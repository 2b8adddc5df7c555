package io.dialtone.runtime.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CallReportTest {
    private static final CallLoad LOAD = CallLoad.to(ScriptedUas.TARGET);

    @Test
    void shouldSayOnlyWhatWasMeasured() {
        final CallReport report = new CallReport(LOAD, new CallTally(), 1_000_000_000L);

        final String json = report.toJson();

        assertFalse(json.contains("setupMs"));
        assertFalse(json.contains("kill"));
        assertTrue(json.contains("\"attempted\": 0"));
        assertFalse(report.allCallsAnswered());
    }

    @Test
    void shouldCarryTheFieldsThatReadersExpect() {
        final CallTally tally = new CallTally();
        tally.attempted = 2;
        tally.answered = 1;
        tally.completed = 1;
        tally.setup(2_500_000);
        tally.fail(Failure.INVITE_REFUSED);
        tally.finalAnswer(503);
        tally.answeredBy("a \"quoted\" node");
        tally.note(Anomaly.WRONG_TAG);

        final String json = new CallReport(LOAD, tally, 1_000_000_000L).toJson();

        assertTrue(
                json.contains(
                        "\"calls\": {\n    \"attempted\": 2,\n    \"answered\": 1,\n    \"completed\": 1,\n    \"failed\": 1"),
                json);
        assertTrue(json.contains("\"setupMs\": {\n    \"p50\": 2.5"), json);
        assertTrue(json.contains("\"inviteRefused\": 1"), json);
        assertTrue(json.contains("\"503\": 1"), json);
        assertTrue(json.contains("\"a \\\"quoted\\\" node\": 1"), json);
        assertTrue(json.contains("\"wrongTag\": 1"), json);
    }

    @Test
    void shouldRefuseAWrongSettingAndSayWhatMightBeMeant() {
        final IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> LOAD.withRate(0));

        assertEquals("rate: 0 (expected: > 0, at most 1000000 calls/s). Maybe 100", refused.getMessage());
    }
}
