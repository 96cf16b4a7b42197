import { appPath } from '../service.ts';
import styles from './Layout.module.css';

export function Brand() {
  return (
    <span className={styles['brand']}>
      <img src={`${appPath}icon.svg`} alt="" width="28" height="28" />
      SOM3D
    </span>
  );
}
