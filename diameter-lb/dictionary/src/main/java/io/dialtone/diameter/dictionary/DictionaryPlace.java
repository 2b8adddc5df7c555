package io.dialtone.diameter.dictionary;

/**
 * Where something of a dictionary was read, for people. Immutable.
 *
 * @param file name of one of our files, or path of an operator's
 * @param line from 1; 0 where a whole file, or no file, is meant
 */
public record DictionaryPlace(String file, int line) {
    static final DictionaryPlace NOWHERE = new DictionaryPlace("nowhere", 0);

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
