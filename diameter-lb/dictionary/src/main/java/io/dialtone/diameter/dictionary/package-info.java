/**
 * What the codes of Diameter mean. Imports the codec, and nothing else of ours.
 *
 * <p>{@link io.dialtone.diameter.dictionary.Dictionary} is loaded at the start from files (docs/reference/diameter-dictionary.md has their format) and says of a code what it is
 * called and what is in it; {@link io.dialtone.diameter.dictionary.MessageText} prints a message for people; {@link io.dialtone.diameter.dictionary.AvpPath} names a place in a
 * message, and an {@link io.dialtone.diameter.dictionary.AvpFinder} finds it on the message path.
 */
@NullMarked
package io.dialtone.diameter.dictionary;

import org.jspecify.annotations.NullMarked;
