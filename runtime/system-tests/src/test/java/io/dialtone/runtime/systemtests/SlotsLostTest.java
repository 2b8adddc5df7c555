package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.BitSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an edge said before and after an owner was cut off, slot 1 and 3 of which had given up their backup in that moment. */
class SlotsLostTest {
    private static final String BEFORE = """
        {"slots": 4, "grid": {"slots": [
          {"slot": 0, "epoch": 3, "begunEpoch": 1, "owner": "node-1", "inSync": ["node-2"]},
          {"slot": 1, "epoch": 3, "begunEpoch": 1, "owner": "node-1", "inSync": ["node-2"]},
          {"slot": 2, "epoch": 1, "begunEpoch": 1, "owner": "node-3", "inSync": ["node-1"]},
          {"slot": 3, "epoch": 2, "begunEpoch": 2, "owner": "node-1", "inSync": ["node-3"]}]}}
        """;
    private static final String AFTER = """
        {"slots": 4, "grid": {"slots": [
          {"slot": 3, "epoch": 3, "begunEpoch": 3, "owner": "node-3", "inSync": ["node-2"]},
          {"slot": 2, "epoch": 1, "begunEpoch": 1, "owner": "node-3", "inSync": ["node-2"]},
          {"slot": 1, "epoch": 4, "begunEpoch": 4, "owner": "node-2", "inSync": ["node-3"]},
          {"slot": 0, "epoch": 4, "begunEpoch": 1, "owner": "node-2", "inSync": ["node-3"]}]}}
        """;

    @Test
    void shouldFindTheSlotsThatWereBegunAnew() throws JsonProcessingException {
        assertEquals(Set.of(1, 3), lost(BEFORE, AFTER).stream().boxed().collect(Collectors.toSet()));
    }

    @Test
    void shouldFindNoneWhenBackupsTookAllOver() throws JsonProcessingException {
        assertTrue(lost(AFTER, AFTER).isEmpty());
    }

    @Test
    void shouldForgiveCallsOfSlotsThatWereLostAndNoOthers() {
        final Fault fault = new Fault(1, "owner_mute", "node-1", Set.of(7L), 0, callId -> true, callId -> false);
        assertFalse(fault.forsaken("of slot 1"));

        fault.forsakenToo(callId -> callId.endsWith("1"));

        assertTrue(fault.forsaken("of slot 1"));
        assertFalse(fault.forsaken("of slot 2"));
    }

    private static BitSet lost(final String before, final String after) throws JsonProcessingException {
        final JsonMapper json = new JsonMapper();
        return SlotsLost.between(
                SlotsLost.begunEpochs(json.readTree(before)), SlotsLost.begunEpochs(json.readTree(after)));
    }
}
