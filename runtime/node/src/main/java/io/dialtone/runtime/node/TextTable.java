package io.dialtone.runtime.node;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Lines up columns for a terminal: words to the left, numbers to the right. One instance per table; not thread safe. */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(final String... headings) {
        rows.add(List.of(headings));
    }

    void row(final Object... cells) {
        final List<String> row = new ArrayList<>();
        for (final Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
    }

    void print(final PrintWriter out) {
        final int columns = rows.get(0).size();
        final int[] widths = new int[columns];
        final boolean[] numeric = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            numeric[column] = rows.size() > 1;
            for (int i = 0; i < rows.size(); i++) {
                final String cell = rows.get(i).get(column);
                widths[column] = Math.max(widths[column], cell.length());
                numeric[column] &= i == 0 || cell.matches("[0-9.,%-]+( ?(ms|us|s|%))?");
            }
        }
        for (final List<String> row : rows) {
            final StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                final String cell = row.get(column);
                final String gap = " ".repeat(widths[column] - cell.length());
                line.append(column == 0 ? "" : "  ").append(numeric[column] ? gap + cell : cell + gap);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
