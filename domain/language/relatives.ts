/** Part of a pattern: people whose matters are not the caller's. */
export const relatives =
  '(?:m[uo]m|mummy|mother|dad|daddy|father|parents?|husband|wife|spouse|partner|girlfriend|boyfriend|fianc[eé]e?|son|daughter|child|brother|sister|uncle|aunt|cousin|niece|nephew|gran|granny|grand(?:ma|pa|mother|father|son|daughter)|friend|neighbou?r|flatmate|roommate|colleague|boss|employer|relative)';
