package io.dialtone.runtime.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadRunnerTest {
    @Test
    void shouldMakeCallsOverRealSockets() throws Exception {
        try (LoopbackUas uas = new LoopbackUas()) {
            final List<String> lines = new ArrayList<>();
            final CallLoad load = CallLoad.to(uas.address())
                    .withRate(100)
                    .withSeconds(1)
                    .withHoldMs(100)
                    .withInDialogEvery(5);

            final CallReport report = new LoadRunner(load, lines::add).run();

            assertTrue(report.isClean(), report.toText());
            assertEquals(100, report.attempted());
            assertEquals(100, report.completed());
            assertTrue(report.setupNs(50) > 0);
            assertTrue(!lines.isEmpty());
            assertEquals(1, report.answeredBy().size());
            assertTrue(report.toJson().contains("\"attempted\": 100"));
        }
    }
}
