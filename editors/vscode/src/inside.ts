// Whether a file is in a folder.
import * as path from "node:path";

/** Whether a path is a folder or below it. Names may begin with two dots, and with another name. */
export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
