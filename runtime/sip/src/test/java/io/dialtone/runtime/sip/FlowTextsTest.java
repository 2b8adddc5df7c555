package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.ViaTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTextsTest {
    @Test
    void shouldReadWhatItWrote() {
        final ReplyPort port = new ReplyPort()
                .edge(7, 3)
                .listener(ViaTransport.WSS.code(), 2)
                .remote(0x2001_0db8_0000_0000L, 0xffff_ffff_ffff_fffeL, 65_535);
        final ReplyPort read = new ReplyPort();

        FlowTexts.read(FlowTexts.write(port), read);

        assertEquals(FlowTexts.write(port), FlowTexts.write(read));
        assertEquals(7, read.member());
        assertEquals(3, read.thread());
        assertEquals(ViaTransport.WSS.code(), read.transport());
        assertEquals(2, read.listener());
        assertEquals(0x2001_0db8_0000_0000L, read.remoteHigh());
        assertEquals(0xffff_ffff_ffff_fffeL, read.remoteLow());
        assertEquals(65_535, read.remotePort());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sip:192.0.2.1",
                "1.1.1.1.00.5060",
                "1.1.9.1.00000000000000000000ffff7f000001.5060",
                "1.1.1.1.00000000000000000000ffff7f00000g.5060",
                "-1.1.1.1.00000000000000000000ffff7f000001.5060",
                "1.1.1.1.00000000000000000000ffff7f000001.5060 "
            })
    void shouldRefuseWhatNobodyWrote(final String text) {
        assertThrows(IllegalArgumentException.class, () -> FlowTexts.read(text, new ReplyPort()));
    }
}
