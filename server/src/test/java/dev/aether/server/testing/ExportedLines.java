package dev.aether.server.testing;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.stream.Stream;

/** Lines of an export, for comparing what was exported from two servers. */
public final class ExportedLines {
  private String commit = "";
  private int number;

  private ExportedLines() {}

  /**
   * What an import must restore of the lines, sorted: all but when and where they are stored, of
   * which it stays what is one commit.
   */
  public static Stream<String> restored(Stream<String> lines) {
    ExportedLines comparing = new ExportedLines();
    return lines.sequential().map(comparing::restored).sorted();
  }

  private String restored(String text) {
    JsonObject line = JsonParser.parseString(text).getAsJsonObject();
    if (line.has("snapshot")) {
      return text;
    }
    String own = line.get("actorId") + " " + line.get("commitId") + " " + line.get("position");
    number = own.equals(commit) ? number + 1 : 1;
    commit = own;
    line.addProperty("numberInItsCommit", number);
    line.remove("storedAt");
    line.remove("partition");
    line.remove("position");
    if (line.has("metadata")) {
      line.getAsJsonObject("metadata").remove("aether.stored_at");
      if (line.getAsJsonObject("metadata").size() == 0) {
        line.remove("metadata");
      }
    }
    return line.toString();
  }
}
