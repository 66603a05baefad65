package dev.aether.server.cli.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the namespace of a line: the one that it names, or else a default; or one namespace for
 * all lines, if the user says so. In the latter case the file may name only one namespace, since
 * merged namespaces cannot be separated again. Used by one thread.
 */
public final class NamespaceChoice {
  private final String namespace;
  private final boolean forAll;
  private @Nullable String named;

  private NamespaceChoice(String namespace, boolean forAll) {
    this.namespace = namespace;
    this.forAll = forAll;
  }

  /** Lines go into the namespace that they name, and others into this one. */
  public static NamespaceChoice unlessNamed(String namespace) {
    return new NamespaceChoice(namespace, false);
  }

  /** All lines go into this namespace, regardless of the one that they name. */
  public static NamespaceChoice always(String namespace) {
    return new NamespaceChoice(namespace, true);
  }

  /** Puts a record into its namespace. */
  ImportRecord place(ImportRecord record) throws ImportStopped {
    String own = record.namespace();
    if (!forAll) {
      return record.in(own.isEmpty() ? namespace : own);
    }
    if (!own.isEmpty()) {
      if (named != null && !named.equals(own)) {
        throw new ImportStopped(
            record.number(),
            String.format(
                Locale.ROOT,
                "names namespace \"%s\", but an earlier line names \"%s\": without --namespace, each"
                    + " line goes into the namespace that it names",
                own,
                named));
      }
      named = own;
    }
    return record.in(namespace);
  }
}
