package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.dictionary.Dictionary;
import io.dialtone.diameter.routing.Algorithm;
import io.dialtone.diameter.routing.PeerGroup;
import io.dialtone.diameter.routing.RouteTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a routes file may say, and what is said of one that is wrong. */
class DiameterRoutesFileTest {
    @TempDir
    private Path directory = Path.of("");

    private final Problems problems = new Problems();

    @Test
    void shouldReadWhatTheHandbookShows() throws IOException {
        final RouteTable table = read("""
                group hss   hss1.example.net hss2.example.net;weight=50 hss3.example.net;priority=1  algorithm=least-pending
                group ocs   ocs1.example.net ocs2.example.net  key=443/444
                group edge  dra1.partner.net dra2.partner.net  sticky=no

                route example.net           16777251  hss       # a realm, an application
                route example.net           4         ocs
                route .partner.net          *         edge      # all realms below it, all applications

                rule  vip   application=4  Subscription-Id/Subscription-Id-Data prefix 26201  -> group ocs
                rule  moved 293 equals hss0.example.net  -> redirect aaa://hss1.example.net:3868 usage=1 cache=60
                rule  no-rf application=3  -> refuse 5003
                """);

        assertEquals(List.of(), problems.sentences());
        final PeerGroup hss = table.groups().getFirst();
        assertEquals(Algorithm.LEAST_PENDING, hss.algorithm());
        assertEquals(
                List.of(
                        new PeerGroup.Member("hss1.example.net", PeerGroup.WEIGHT_DEFAULT, 0),
                        new PeerGroup.Member("hss2.example.net", 50, 0),
                        new PeerGroup.Member("hss3.example.net", PeerGroup.WEIGHT_DEFAULT, 1)),
                hss.members());
        assertTrue(table.groups().get(1).key().isPresent());
        assertEquals(
                List.of(true, true, false),
                table.groups().stream().map(PeerGroup::sticky).toList());
    }

    @Test
    void shouldNameEachLineThatIsWrong() throws IOException {
        read("""
                group ocs ocs1.example.net;weight=many
                route example.net four ocs
                # a remark
                rule  odd 443/444 like 262 -> group ocs
                rule  lost 443/444 prefix 262
                nonsense
                """);

        final List<Integer> lines = List.of(1, 2, 4, 5, 6);
        assertEquals(lines.size(), problems.sentences().size(), problems.sentences()::toString);
        for (int i = 0; i < lines.size(); i++) {
            final String sentence = problems.sentences().get(i);
            assertTrue(sentence.startsWith(file() + ":" + lines.get(i) + ": "), sentence);
        }
    }

    @Test
    void shouldRefuseARouteToAGroupThatIsNotThere() throws IOException {
        read("route example.net 4 nowhere\n");

        assertEquals(1, problems.sentences().size());
        assertTrue(problems.sentences().getFirst().contains("nowhere"), problems.sentences()::toString);
    }

    private Path file() {
        return directory.resolve("routes");
    }

    private RouteTable read(final String text) throws IOException {
        Files.writeString(file(), text);
        return DiameterRoutesFile.read(file(), Algorithm.WEIGHTED_HASH, true, Dictionary.standard(), problems);
    }
}
