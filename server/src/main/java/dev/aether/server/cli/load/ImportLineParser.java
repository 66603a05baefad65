package dev.aether.server.cli.load;

import dev.aether.client.Bytes;
import dev.aether.client.InvalidArgumentException;
import dev.aether.client.Snapshot;
import dev.aether.server.cli.json.JsonFault;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Parses a line of an import file, and rejects what cannot be stored without loss. */
final class ImportLineParser {
  private static final Set<String> OF_AN_EVENT =
      Set.of(
          "namespace",
          "actorId",
          "eventType",
          "data",
          "dataBase64",
          "time",
          "timestamp",
          "contentType",
          "eventId",
          "commandId",
          "metadata",
          "version",
          "commitId",
          "partition",
          "position",
          "storedAt");

  private static final Set<String> OF_A_SNAPSHOT =
      Set.of(
          "namespace",
          "actorId",
          "version",
          "state",
          "stateBase64",
          "contentType",
          "metadata",
          "timestamp");

  private ImportLineParser() {}

  /**
   * Parses a line.
   *
   * @param number the number of the line in the file, from 1
   * @throws JsonFault with the reason, if the line is invalid
   */
  static ImportRecord parse(long number, String text) throws JsonFault {
    if (text.stripLeading().startsWith("[")) {
      throw new JsonFault(
          "is a JSON array, but import needs one object per line: convert it with jq -c '.[]'");
    }
    LineFields fields = LineFields.of(text);
    if (!fields.has("snapshot")) {
      return event(number, text, fields);
    }
    fields.checkNames(Set.of("snapshot"));
    return fields.read("snapshot", within -> snapshot(number, text, within)).orElseThrow();
  }

  private static ImportLine event(long number, String text, LineFields fields) throws JsonFault {
    fields.checkNames(OF_AN_EVENT);
    return new ImportLine(
        number,
        text,
        fields.optional("namespace"),
        fields.required("actorId"),
        fields.required("eventType"),
        fields.bytes("data"),
        fields.contentType("data"),
        time(fields),
        fields.optional("eventId"),
        fields.optional("commandId"),
        fields.strings("metadata"),
        fields.version("version"),
        fields.optional("commitId"),
        new ImportLine.Place(
            fields.wholeNumber("partition"),
            fields.wholeNumber("position"),
            fields.time("storedAt")));
  }

  /**
   * The time may have either of two names: other commands print it as "timestamp", as the contract
   * names it.
   */
  private static Optional<Instant> time(LineFields fields) throws JsonFault {
    if (fields.has("time") && fields.has("timestamp")) {
      throw new JsonFault("\"time\" and \"timestamp\" cannot be used together");
    }
    return fields.time(fields.has("time") ? "time" : "timestamp");
  }

  private static SnapshotLine snapshot(long number, String text, String within) throws JsonFault {
    LineFields fields = LineFields.of(within);
    fields.checkNames(OF_A_SNAPSHOT);
    String actorId = fields.required("actorId");
    long version =
        fields.version("version").orElseThrow(() -> new JsonFault("\"version\" is missing"));
    try {
      Snapshot snapshot =
          new Snapshot(
              actorId,
              version,
              Bytes.wrap(fields.bytes("state")),
              fields.contentType("state"),
              fields.strings("metadata"),
              fields.time("timestamp").orElse(null));
      return new SnapshotLine(number, text, fields.optional("namespace"), snapshot);
    } catch (InvalidArgumentException e) {
      throw new JsonFault(String.valueOf(e.getMessage()));
    }
  }
}
