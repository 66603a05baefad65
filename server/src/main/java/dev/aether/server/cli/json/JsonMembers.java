package dev.aether.server.cli.json;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the members of a JSON object, with their values as unchanged text, so that a value can be
 * stored as it was written.
 */
public final class JsonMembers {
  private JsonMembers() {}

  /**
   * Returns the names and the text of the values, in the order of the text.
   *
   * @throws JsonFault if the text is not exactly one JSON object (RFC 8259) or has a duplicate
   *     member
   */
  public static Map<String, String> of(String json) throws JsonFault {
    JsonScanner scanner = new JsonScanner(json);
    scanner.passSpaces();
    if (!scanner.passed('{')) {
      throw new JsonFault("not a JSON object");
    }
    Map<String, String> members = new LinkedHashMap<>();
    scanner.passSpaces();
    if (!scanner.passed('}')) {
      do {
        addMember(json, scanner, members);
      } while (scanner.passed(','));
      scanner.pass('}');
    }
    scanner.passSpaces();
    scanner.passEnd();
    return members;
  }

  private static void addMember(String json, JsonScanner scanner, Map<String, String> members)
      throws JsonFault {
    scanner.passSpaces();
    int nameAt = scanner.at();
    scanner.passString();
    String name = JsonValues.string(json.substring(nameAt, scanner.at()));
    scanner.passColon();
    int valueAt = scanner.at();
    scanner.passValue();
    if (members.put(name, json.substring(valueAt, scanner.at())) != null) {
      throw new JsonFault("field \"" + name + "\" appears twice");
    }
    scanner.passSpaces();
  }
}
